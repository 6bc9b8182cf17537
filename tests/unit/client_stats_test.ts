/** What a page is told when it asks for statistics. */
import { assertEquals } from "@std/assert";
import { Bitrate } from "../../lib/client/bitrate.ts";
import { PassedFrames } from "../../lib/client/relay/passed_frames.ts";
import { countRelayed, countWatched } from "../../lib/client/stats.ts";

function reports(...all: Record<string, unknown>[]): RTCStatsReport {
  return new Map(all.map((report, i) => [`${i}`, report])) as unknown as RTCStatsReport;
}

Deno.test("what is watched is counted over sound and picture", () => {
  const inbound = { type: "inbound-rtp", bytesReceived: 100, packetsReceived: 10 };
  assertEquals(
    countWatched(reports(
      { ...inbound, kind: "audio", packetsLost: 1 },
      { ...inbound, kind: "video", packetsLost: 2, frameWidth: 640, frameHeight: 360 },
      { type: "outbound-rtp", kind: "video", bytesSent: 7 },
    )),
    {
      frameWidth: 640,
      frameHeight: 360,
      framesPerSecond: null,
      bytesReceived: 200,
      packetsReceived: 20,
      packetsLost: 3,
    },
  );
  assertEquals(countWatched(reports({ ...inbound, packetsLost: -2 })).packetsLost, 0);
});

Deno.test("what is passed on is counted over all children", () => {
  const sent = (bytesSent: number) => ({ type: "outbound-rtp", bytesSent });
  assertEquals(countRelayed([reports(sent(1), sent(2)), reports(), reports(sent(4))]), {
    children: 3,
    bytesSent: 7,
  });
  assertEquals(countRelayed([]), { children: 0, bytesSent: 0 });
});

Deno.test("a bitrate is that of the time since the last look, if that was neither just now nor long ago", () => {
  const bitrate = new Bitrate();
  assertEquals(bitrate.note(1_000, 0), null);
  assertEquals(bitrate.note(1_500, 100), null);
  assertEquals(bitrate.note(126_000, 1_000), 8_000 * (126_000 - 1_500) / 900);
  assertEquals(bitrate.note(126_000, 2_000), 0);
  assertEquals(bitrate.note(500_000, 60_000), null, "long ago");
  assertEquals(bitrate.note(100, 61_000), null, "another link");
});

Deno.test("a lane's frames are remembered for some seconds, and not beyond a change of source", () => {
  const passed = new PassedFrames();
  passed.note(undefined, 1);
  passed.note(1, undefined);
  for (let i = 0; i < 100; i++) passed.note(i, 1_000 + i);
  assertEquals([passed.latest.length, passed.latest[0]], [90, { received: 10, sent: 1_010 }]);
  passed.clear();
  assertEquals(passed.latest, []);
});
