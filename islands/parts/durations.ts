/**
 * Spans of time as people read them. Pure: what time it is comes in as a number.
 * This module is browser compatible.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Formats how long ago something began: "just started", "12 min", "3 h 5 min". */
export function formatAge(startedAt: number, now: number): string {
  const ageMs = Math.max(0, now - startedAt);
  if (ageMs < MINUTE_MS) return "just started";
  const hours = Math.floor(ageMs / HOUR_MS);
  const minutes = Math.floor((ageMs % HOUR_MS) / MINUTE_MS);
  if (hours === 0) return `${minutes} min`;
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** Formats for how long a broadcast has been live: "Just started", "Live for 12 min". */
export function formatLiveFor(startedAt: number, now: number): string {
  return now - startedAt < MINUTE_MS ? "Just started" : `Live for ${formatAge(startedAt, now)}`;
}

/** Formats how long something was: "40 s", "12 min", "3 h 5 min". */
export function formatLength(lengthMs: number): string {
  if (lengthMs < MINUTE_MS) return `${Math.max(1, Math.round(lengthMs / 1000))} s`;
  return formatAge(0, lengthMs);
}

/** Formats a running clock: "0:07", "12:34", "1:02:03". */
export function formatClock(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  const ss = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${ss}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${ss}`;
}
