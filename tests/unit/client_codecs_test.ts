/** The order of codecs in what children offer. */
import { assertEquals } from "@std/assert";
import { withCodecFirst } from "../../lib/client/codecs.ts";

const OFFER = [
  "v=0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
  "a=rtpmap:111 opus/48000/2",
  "a=rtpmap:63 red/48000/2",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100",
  "a=rtpmap:96 VP8/90000",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=rtpmap:98 VP9/90000",
  "a=rtpmap:99 rtx/90000",
  "a=rtpmap:100 vp9/90000",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "",
].join("\r\n");

Deno.test("withCodecFirst() puts a codec of the picture first, and leaves everything else as it is", () => {
  assertEquals(
    withCodecFirst(OFFER, "video/VP9"),
    OFFER.replace("96 97 98 99 100", "98 100 96 97 99"),
  );
  assertEquals(withCodecFirst(OFFER, "video/VP8"), OFFER);
});

Deno.test("withCodecFirst() leaves an offer without the codec, or without a picture, as it is", () => {
  assertEquals(withCodecFirst(OFFER, "video/AV1"), OFFER);
  assertEquals(
    withCodecFirst("v=0\r\nm=audio 9 X 111\r\n", "video/VP8"),
    "v=0\r\nm=audio 9 X 111\r\n",
  );
  assertEquals(withCodecFirst("", "video/VP8"), "");
});
