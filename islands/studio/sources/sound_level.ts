/**
 * How loud something is, as a meter shows it. Pure. This module is browser compatible.
 */

/** What a meter begins with, in dB below full scale: a quiet room. Speech is at -30 to -12. */
const FLOOR_DB = -60;

/** How fast a meter falls, in parts of its length a second: people read the peaks. */
const FALL_PER_S = 0.8;

/** Returns the loudness of samples from -1 to 1 as a part of the meter, 0 to 1. */
export function levelOf(samples: Float32Array): number {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  const db = 10 * Math.log10(power / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

/** Returns what a meter shows next: it rises at once and falls slowly. */
export function fallingLevel(shown: number, level: number, elapsedMs: number): number {
  return Math.max(level, shown - FALL_PER_S * elapsedMs / 1000, 0);
}
