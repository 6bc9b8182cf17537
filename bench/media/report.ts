/** From figures to the tables people read. Pure. */
import { toMarkdown } from "../verdict.ts";
import type { DepthFigures, RunFigures } from "./figures.ts";
import { isIdentical, type TraceComparison } from "./traces.ts";

type Column = [head: string, cell: (depth: DepthFigures) => string];

const COLUMNS: Column[] = [
  ["depth", ({ depth }) => String(depth)],
  ["PSNR dB", ({ psnrDb }) => psnrDb.toFixed(2)],
  ["off dB", ({ psnrOffDb }) => psnrOffDb.toFixed(2)],
  ["same pixels", ({ samePixelsCount: same, comparedCount: all }) => `${same}/${all}`],
  ["same bytes", ({ frames }) => frames ? bytes(frames.video, frames.audio) : "—"],
  ["encode ms", ({ encodeMs }) => encodeMs.toFixed(2)],
  ["latency p50 ms", ({ latencyP50Ms }) => latencyP50Ms.toFixed(0)],
  ["p90 ms", ({ latencyP90Ms }) => latencyP90Ms.toFixed(0)],
  ["SDK says p50 ms", ({ saidP50Ms }) => saidP50Ms.toFixed(0)],
  ["of it jitter buffer", ({ jitterBufferMs }) => jitterBufferMs.toFixed(0)],
  ["sound's", ({ soundBufferMs }) => soundBufferMs.toFixed(0)],
  ["first frame ms", ({ waits }) => waits.firstFrameMs.toFixed(0)],
  ["freezes", ({ freezes }) => String(freezes)],
  ["longest gap ms", ({ longestGapMs }) => longestGapMs.toFixed(0)],
  ["fps", ({ framesPerSecond }) => framesPerSecond.toFixed(1)],
  ["width", ({ width }) => String(width)],
  ["key frames", ({ keyFrames }) => String(keyFrames)],
  ["tone dB", ({ toneDb }) => toneDb.toFixed(2)],
];

/** Makes a markdown table of one run, with a line about all of it above. */
export function toTable(run: RunFigures): string {
  const { shape, relayMode, depths, browserCores, lastWaits, movedCount, lanes } = run;
  const joins = lastWaits.map(({ joinedMs, streamMs, firstFrameMs }) =>
    [joinedMs, streamMs, firstFrameMs].map((ms) => ms.toFixed(0)).join("/")
  );
  const lines = [
    `${relayMode}, ${depths.length} viewers (${shape}): the browser takes ` +
    `${browserCores.toFixed(2)} cores`,
    `joins of the last viewer, until joined/something comes/a picture is seen: ` +
    `${joins.join(", ")} ms`,
  ];
  if (movedCount > 0) {
    lines.push(`${movedCount} viewers CHANGED THEIR PLACES meanwhile: depths mean little`);
  }
  if (lanes.length > 0) {
    const sum = (of: "skipped" | "overruns" | "keysAsked") =>
      lanes.reduce((sum, lane) => sum + lane[of], 0);
    lines.push(
      `${lanes.length} lanes: backlogs ${lanes.map(({ backlog }) => backlog).join(" ")}, ` +
        `${sum("skipped")} frames skipped, ${sum("overruns")} overruns, ` +
        `${sum("keysAsked")} key frames asked for`,
    );
  }
  const rows = [COLUMNS.map(([head]) => head)];
  for (const depth of depths) rows.push(COLUMNS.map(([, cell]) => cell(depth)));
  return [...lines, "", toMarkdown(rows)].join("\n");
}

function bytes(video: TraceComparison, audio: TraceComparison): string {
  const missing = video.missing + audio.missing;
  const text = `${video.same}+${audio.same}${missing > 0 ? `, ${missing} left out` : ""}`;
  if (isIdentical(video) && isIdentical(audio)) return text;
  return `NO: ${video.changed + audio.changed} of ${text}`;
}
