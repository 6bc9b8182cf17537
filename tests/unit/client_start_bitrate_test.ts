/** Where a session description says how a link begins. */
import { assertEquals } from "@std/assert";
import { withStartBitrate } from "../../lib/client/start_bitrate.ts";

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join("");

Deno.test("withStartBitrate() tells every codec of the picture, and neither helpers nor sound", () => {
  const offer = lines(
    "v=0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 11 98",
    "a=rtpmap:96 VP8/90000",
    "a=rtcp-fb:96 nack",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:11 VP9/90000",
    "a=fmtp:11 profile-id=0",
    "a=rtpmap:98 red/90000",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=sctp-port:5000",
  );
  assertEquals(
    withStartBitrate(offer, 1_250_400),
    offer
      .replace(
        "a=rtpmap:96 VP8/90000\r\n",
        "a=rtpmap:96 VP8/90000\r\na=fmtp:96 x-google-start-bitrate=1250\r\n",
      )
      .replace("profile-id=0", "profile-id=0;x-google-start-bitrate=1250"),
  );
});

Deno.test("withStartBitrate() leaves alone what has no picture, or is no description", () => {
  for (
    const text of [lines("v=0", "m=audio 9 RTP 111", "a=rtpmap:111 opus/48000/2"), "", "hello"]
  ) {
    assertEquals(withStartBitrate(text, 1_000_000), text);
  }
});
