/** What the product promises of its relays, and which of it was kept. Pure. */
import {
  type DepthFigures,
  isByteIdentical,
  missingFrames,
  quantile,
  type RunFigures,
} from "./figures.ts";
import type { LongFigures } from "./long_run.ts";
import type { Target } from "../verdict.ts";

const MAX_PSNR_OFF_DB = 0.05;
const MAX_TONE_OFF_DB = 0.5;
const MAX_ENCODE_MS = 0.3;
const MIN_ENCODE_RATIO = 10;
const MAX_BACKLOG = 2;
const MAX_GAP_MS = 250;

/** Checks a forwarding run beside one that encoded again. */
export function checkTargets(runs: readonly RunFigures[]): Target[] {
  const ours = runs.find(({ relayMode }) => relayMode === "forward");
  const other = runs.find(({ relayMode }) => relayMode === "re-encode");
  if (!ours || !other) return [];
  const last = ours.depths.at(-1)!;
  const otherLast = other.depths.at(-1)!;
  const where = `${ours.shape}, depth ${last.depth}`;
  const offDb = Math.max(...ours.depths.map(({ psnrOffDb }) => psnrOffDb));
  const compared = Math.min(...ours.depths.map(({ comparedCount }) => comparedCount));
  const [encodeMs, otherEncodeMs] = [relayEncodeMs(ours), relayEncodeMs(other)];
  const firstMs = firstFrameMs(ours);
  const otherFirstMs = firstFrameMs(other);
  return [
    {
      text: `${ours.shape}: PSNR of the same picture within ${MAX_PSNR_OFF_DB} dB at every depth`,
      actual: `${offDb.toFixed(3)} dB, of ${compared} pictures`,
      isMet: compared > 0 && offDb <= MAX_PSNR_OFF_DB,
    },
    {
      text: `${ours.shape}: frames byte-identical at every depth`,
      actual: isByteIdentical(ours) ? "yes" : "no",
      isMet: isByteIdentical(ours) === true,
    },
    {
      text: `${ours.shape}: no frame left out on the way`,
      actual: `${missingFrames(ours)} at most`,
      isMet: missingFrames(ours) === 0,
    },
    {
      text: `${ours.shape}: <= ${MAX_ENCODE_MS} ms of encoding per frame and child`,
      actual: `${encodeMs.toFixed(2)} ms`,
      isMet: encodeMs <= MAX_ENCODE_MS,
    },
    {
      text: `${ours.shape}: >= ${MIN_ENCODE_RATIO} times less encoding than re-encoding`,
      actual: `${(otherEncodeMs / encodeMs).toFixed(1)} times`,
      isMet: otherEncodeMs / encodeMs >= MIN_ENCODE_RATIO,
    },
    {
      text: `${where}: first picture no later than with re-encoding (medians)`,
      actual: `${firstMs.toFixed(0)} ms, ${otherFirstMs.toFixed(0)} ms`,
      isMet: firstMs <= otherFirstMs,
    },
    {
      text: `${where}: latency p50 no higher than with re-encoding`,
      actual: `${last.latencyP50Ms.toFixed(0)} ms, ${otherLast.latencyP50Ms.toFixed(0)} ms`,
      isMet: last.latencyP50Ms <= otherLast.latencyP50Ms,
    },
    {
      text: `${where}: tone within ${MAX_TONE_OFF_DB} dB of the source`,
      actual: `${last.toneDb.toFixed(2)} dB`,
      isMet: Math.abs(last.toneDb) <= MAX_TONE_OFF_DB,
    },
  ];
}

/** Checks a long run. */
export function checkLongRun({ minutes, lanes }: LongFigures): Target[] {
  const backlog = Math.max(...lanes.map((lane) => lane.backlog));
  const gapMs = Math.max(...minutes.flatMap(({ longestGapsMs }) => longestGapsMs));
  return [
    {
      text: `backlog of every lane <= ${MAX_BACKLOG} at the end`,
      actual: `${backlog}, of ${lanes.length} lanes`,
      isMet: lanes.length > 0 && backlog <= MAX_BACKLOG,
    },
    {
      text: `no gap in the picture above ${MAX_GAP_MS} ms`,
      actual: `${gapMs} ms`,
      isMet: gapMs <= MAX_GAP_MS,
    },
  ];
}

/** What relays took to encode a frame, in ms: the first link is the broadcaster's. */
export function relayEncodeMs({ depths }: RunFigures): number {
  const relayed: DepthFigures[] = depths.slice(1);
  return relayed.reduce((sum, { encodeMs }) => sum + encodeMs, 0) / relayed.length;
}

/** How long the last viewer waited for its first picture, in ms: the median of its joins. */
export function firstFrameMs({ lastWaits }: RunFigures): number {
  return quantile(lastWaits.map((waits) => waits.firstFrameMs), 0.5);
}
