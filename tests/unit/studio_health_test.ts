/** How well a broadcast goes, by the numbers that browsers give. */
import { assertEquals } from "@std/assert";
import {
  type Health,
  type HealthReading,
  judgeHealth,
  steadyHealth,
} from "../../islands/studio/health.ts";
import { countSending, type SendingLink } from "../../lib/client/sending.ts";

const WELL: SendingLink = {
  id: "a",
  sourceFramesPerSecond: 30,
  framesPerSecond: 30,
  limitedBy: "none",
  framesEncoded: 60,
  encodeMs: 300,
  packetsSent: 1000,
  packetsLost: 0,
  availableBitrate: 3_000_000,
};

const FORMER: SendingLink = { ...WELL, framesEncoded: 0, encodeMs: 0, packetsSent: 0 };

const judge = (links: Partial<SendingLink>[], others: Partial<HealthReading> = {}) => {
  const { word, reason } = judgeHealth({
    isConnected: true,
    stopped: null,
    links: links.map((link, i) => ({ ...WELL, id: String(i), ...link })),
    formerLinks: links.map((_, i) => ({ ...FORMER, id: String(i) })),
    ...others,
  });
  return `${word}: ${reason}`;
};

Deno.test("judgeHealth() is good when nobody watches, and when all get what is sent", () => {
  assertEquals(judge([]), "Good: alone");
  assertEquals(judge([{}, {}]), "Good: well");
  // A screen that rests sends little, and an encoder says for a while that it could use more.
  assertEquals(judge([{ sourceFramesPerSecond: 1, framesPerSecond: 0 }]), "Good: well");
  assertEquals(judge([{ limitedBy: "bandwidth" }]), "Good: well");
});

Deno.test("judgeHealth() blames the upload when most links lack pictures or lose packets", () => {
  assertEquals(judge([{ framesPerSecond: 20, limitedBy: "bandwidth" }]), "Fair: upload");
  assertEquals(judge([{ framesPerSecond: 8, limitedBy: "bandwidth" }]), "Poor: upload");
  assertEquals(judge([{ packetsLost: 50 }, { packetsLost: 50 }]), "Fair: upload");
  assertEquals(judge([{ packetsLost: 200 }, {}]), "Poor: upload");
});

Deno.test("judgeHealth() blames one viewer's connection when the others are well", () => {
  assertEquals(judge([{ framesPerSecond: 3, limitedBy: "bandwidth" }, {}, {}]), "Fair: one_viewer");
});

Deno.test("judgeHealth() blames the processor when encoding takes all its time", () => {
  assertEquals(judge([{ limitedBy: "cpu" }]), "Fair: processor");
  assertEquals(judge([{ framesPerSecond: 10, limitedBy: "cpu" }]), "Poor: processor");
  assertEquals(judge([{ framesPerSecond: 20, encodeMs: 60 * 40 }]), "Fair: processor");
  // Whatever else is wrong with some links, that is mended first.
  assertEquals(
    judge([{ framesPerSecond: 10, limitedBy: "cpu" }, { packetsLost: 500 }]),
    "Poor: processor",
  );
});

Deno.test("judgeHealth() says what the studio knows itself", () => {
  assertEquals(judge([{}], { stopped: "camera" }), "Poor: camera_stopped");
  assertEquals(judge([{}], { stopped: "screen", isConnected: false }), "Poor: screen_stopped");
  assertEquals(judge([{}], { isConnected: false }), "Poor: service");
  // Viewers see the screen all the same.
  assertEquals(judge([{}], { stopped: "inset" }), "Fair: inset_stopped");
  assertEquals(judge([{}], { stopped: "inset", isConnected: false }), "Poor: service");
});

Deno.test("judgeHealth() judges a link by its last seconds, and a new one by nothing before", () => {
  const links = [{ ...WELL, packetsLost: 400 }];
  const reading = { isConnected: true, stopped: null, links };
  assertEquals(judgeHealth({ ...reading, formerLinks: links }).word, "Good");
  assertEquals(judgeHealth({ ...reading, formerLinks: [] }).word, "Good");
});

Deno.test("steadyHealth() waits for the second bad look, and not for what is certain", () => {
  const good: Health = { word: "Good", reason: "well" };
  const poor: Health = { word: "Poor", reason: "upload" };
  assertEquals(steadyHealth(null, poor), poor);
  assertEquals(steadyHealth(good, poor), good);
  assertEquals(steadyHealth(poor, poor), poor);
  assertEquals(steadyHealth(poor, good), good);
  const lost: Health = { word: "Poor", reason: "service" };
  assertEquals(steadyHealth(good, lost), lost);
});

Deno.test("countSending() reads the link of a picture, and leaves out who gets none", () => {
  const reports = (list: object[]) =>
    new Map(list.map((report, i) => [String(i), report])) as unknown as RTCStatsReport;
  const picture = reports([
    { type: "media-source", kind: "video", framesPerSecond: 30 },
    {
      type: "outbound-rtp",
      kind: "video",
      id: "O1",
      ssrc: 7,
      framesPerSecond: 24,
      qualityLimitationReason: "cpu",
      framesEncoded: 100,
      totalEncodeTime: 0.5,
      packetsSent: 900,
    },
    { type: "remote-inbound-rtp", kind: "video", packetsLost: 9 },
    { type: "transport", selectedCandidatePairId: "P2" },
    { type: "candidate-pair", id: "P1", availableOutgoingBitrate: 1 },
    { type: "candidate-pair", id: "P2", availableOutgoingBitrate: 800_000 },
  ]);
  const sound = reports([{ type: "outbound-rtp", kind: "audio", id: "O2", ssrc: 8 }]);
  assertEquals(countSending([picture, sound]), {
    sending: [{
      id: "O1/7",
      sourceFramesPerSecond: 30,
      framesPerSecond: 24,
      limitedBy: "cpu",
      framesEncoded: 100,
      encodeMs: 500,
      packetsSent: 900,
      packetsLost: 9,
      availableBitrate: 800_000,
    }],
  });
});
