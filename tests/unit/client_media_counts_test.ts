/** What is read in the statistics of browsers; the reports are cut down from those of real ones. */
import { assertEquals } from "@std/assert";
import { countSent } from "../../lib/client/media_counts.ts";

/** A sender with a track, and these statistics. */
function sender(kind: string, reports: Record<string, unknown>[]): RTCRtpSender {
  const stats = new Map(reports.map((report, i) => [String(i), report]));
  return { track: { kind }, getStats: () => Promise.resolve(stats) } as unknown as RTCRtpSender;
}

Deno.test("countSent() counts what sources have given, as Chromium has it", async () => {
  const counts = await countSent([
    sender("audio", [
      { type: "outbound-rtp", packetsSent: 157 },
      { type: "media-source", totalSamplesDuration: 3.2 },
    ]),
    sender("video", [{ type: "outbound-rtp", framesSent: 80 }, {
      type: "media-source",
      frames: 88,
    }]),
  ]);
  assertEquals(counts, { frames: 88, sounds: 3.2 });
});

Deno.test("countSent() counts packets of sound where the source says nothing of it, as in Firefox", async () => {
  const counts = await countSent([
    sender("audio", [{ type: "outbound-rtp", packetsSent: 157 }, { type: "media-source" }]),
    sender("video", [{ type: "outbound-rtp", framesSent: 88 }, {
      type: "media-source",
      frames: 88,
    }]),
  ]);
  assertEquals(counts, { frames: 88, sounds: 157 });
});
