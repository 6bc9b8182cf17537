/**
 * How loud it is to be, and what to do with the sound when that changes. Pure.
 * This module is browser compatible.
 */

/** One press of an arrow. */
export const VOLUME_STEP = 0.1;

/** What one hears. */
export interface Loudness {
  /** From 0 to 1. */
  volume: number;
  muted: boolean;
}

/** The volume to go by after a step of `by`, in whole steps, so that ten of them are all of it. */
export function stepVolume({ volume, muted }: Loudness, by: number): Loudness {
  const from = muted ? 0 : volume;
  return chooseVolume(Math.round((from + by) / VOLUME_STEP) * VOLUME_STEP, volume);
}

/** What a chosen volume means: none at all is silence, with `former` kept for when it is over. */
export function chooseVolume(wanted: number, former: number): Loudness {
  const volume = Math.min(1, Math.max(0, Number(wanted.toFixed(2))));
  return volume === 0 ? { volume: former, muted: true } : { volume, muted: false };
}

/** What is read out and shown: "Volume 70 %", "Sound off". */
export function formatLoudness({ volume, muted }: Loudness): string {
  return muted ? "Sound off" : `Volume ${Math.round(volume * 100)} %`;
}
