/**
 * Keeps the clock of the sound that one child gets: carriers' time stamps count what they carry, so
 * for every sound that is missing a carrier has to be made and dropped. Says how many. Pure; times are
 * in ms. This module is browser compatible.
 */

/** What Opus puts into one frame. */
const SOUND_MS = 20;

/** Sound that has not come for this long pauses; until then it may still come in one go. */
const PAUSES_AFTER_MS = 1_000;

/** Nobody's clock needs to be kept for longer than this: then a source begins anew. */
const MAX_PAUSE_MS = 60_000;

/** See the module's paragraph. */
export class SoundClock {
  /** Until when it goes right; null before the first sound. */
  #until: number | null = null;
  /** What has been bridged of the pause that is going on. */
  #pausedMs = 0;
  #isNewSource = false;

  /** Takes in that the next sound comes from another source. */
  handleNewSource(): void {
    this.#isNewSource = true;
  }

  /** Takes a sound before which some are missing; returns how many carriers are to be dropped first. */
  handleSound(missing: number, now: number): number {
    const toDrop = this.#missingBefore(missing, now);
    this.#isNewSource = false;
    this.#until = now;
    this.#pausedMs = 0;
    return toDrop;
  }

  /** Returns how many carriers are to be dropped by now while no sound comes. */
  bridge(now: number): number {
    if (this.#until === null || this.#pausedMs >= MAX_PAUSE_MS) return 0;
    const pauseMs = now - this.#until;
    if (pauseMs < (this.#pausedMs > 0 ? SOUND_MS : PAUSES_AFTER_MS)) return 0;
    const sounds = Math.floor(pauseMs / SOUND_MS);
    this.#until += sounds * SOUND_MS;
    this.#pausedMs += sounds * SOUND_MS;
    return sounds;
  }

  #missingBefore(missing: number, now: number): number {
    if (this.#until === null) return 0;
    if (this.#isNewSource) return Math.max(0, Math.floor((now - this.#until) / SOUND_MS) - 1);
    // The pause that has been bridged is the gap before it.
    return this.#pausedMs > 0 ? 0 : missing;
  }
}
