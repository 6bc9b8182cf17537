/**
 * Offers and answers of a given size for tests and benchmarks: what a browser's look like on the
 * wire, with nothing in them that a peer connection could use.
 */
import type { Opaque } from "../../../lib/protocol/mod.ts";

/** What Chromium's offer of one audio and one video track takes as JSON, in bytes. */
export const TYPICAL_DESCRIPTION_BYTES = 2_700;

const LINE = "a=rtpmap:96 VP8/90000\r\n";
const cache = new Map<string, Opaque>();

/** Makes an offer or answer that takes exactly `sizeBytes` as JSON (64 at least). */
export function sessionDescription(
  type: "offer" | "answer",
  sizeBytes: number = TYPICAL_DESCRIPTION_BYTES,
): Opaque {
  const key = `${type} ${sizeBytes}`;
  const known = cache.get(key);
  if (known) return known;
  const lineBytes = JSON.stringify(LINE).length - 2;
  const restBytes = sizeBytes - JSON.stringify({ type, sdp: "v=0" }).length;
  const lineCount = Math.max(0, Math.floor(restBytes / lineBytes));
  const filler = "x".repeat(Math.max(0, restBytes - lineCount * lineBytes));
  const made = { type, sdp: "v=0" + LINE.repeat(lineCount) + filler };
  cache.set(key, made);
  return made;
}
