/**
 * How a picture goes from one state to the next: by id, so that whoever finds another parent glides
 * there and takes everybody below along. Newcomers come out of their parent; who has left fades where
 * it was. Whoever lost its parent waits there a little, paler, because it will be back under another
 * one. Pure; times are in ms, by any clock. This module is browser compatible.
 */

/** Where a mark is right now, and its link. */
export interface Pose {
  x: number;
  y: number;
  fromX: number;
  fromY: number;
  width: number;
  height: number;
  opacity: number;
}

/** Where a mark is to be. */
export interface Target extends Omit<Pose, "opacity"> {
  id: string;
  /** Whom it comes from, when it is new. */
  parent: string | null;
}

/** Long enough to follow with the eye. */
export const GLIDE_MS = 420;

/** A leaf that has gone. */
const FADE_MS = 260;

/** Orphans mostly have another parent within a second, and trees come a few times in it. */
const ORPHAN_MS = 1_600;

interface Moving {
  from: Pose;
  to: Pose;
  startedAt: number;
  durationMs: number;
  parent: string | null;
  isLeaving: boolean;
}

/** Moves the marks of one picture. */
export class Motion {
  readonly #moving = new Map<string, Moving>();
  readonly #speed: () => number;

  /** @param speed 1 as it is; 0 for who does not want things to move */
  constructor(speed: () => number = () => 1) {
    this.#speed = speed;
  }

  /**
   * Sets out for another state. Parents are to come before their children. The first one is there at once.
   *
   * @param isHidden says of who is not among the targets whether it is there all the same
   * @param glides false: everybody is in the new place at once
   */
  aim(
    targets: readonly Target[],
    { isHidden, glides }: { isHidden: (id: string) => boolean; glides: boolean },
    now: number,
  ): void {
    const speed = glides && this.#moving.size > 0 ? this.#speed() : 0;
    const present = new Set<string>();
    for (const { id, parent, ...place } of targets) {
      present.add(id);
      const to = { ...place, opacity: 1 };
      const known = this.#moving.get(id);
      const from = known ? poseOf(known, now) : this.#birthOf(to, parent, now);
      if (known && !known.isLeaving && isSame(known.to, to)) {
        known.parent = parent;
        continue;
      }
      const durationMs = speed * GLIDE_MS;
      this.#moving.set(id, { from, to, startedAt: now, durationMs, parent, isLeaving: false });
    }
    for (const [id, one] of this.#moving) {
      if (present.has(id) || one.isLeaving) continue;
      const from = poseOf(one, now);
      const isOrphan = one.parent !== null && !present.has(one.parent) && !isHidden(id);
      const durationMs = speed * (isOrphan ? ORPHAN_MS : FADE_MS);
      const to = { ...from, opacity: 0 };
      this.#moving.set(id, { ...one, from, to, startedAt: now, durationMs, isLeaving: true });
    }
  }

  /** Where everything is now; what has faded away is not there any more. */
  poses(now: number): Map<string, Pose> {
    const poses = new Map<string, Pose>();
    for (const [id, one] of this.#moving) {
      if (one.isLeaving && now - one.startedAt >= one.durationMs) this.#moving.delete(id);
      else poses.set(id, poseOf(one, now));
    }
    return poses;
  }

  /** Those that are fading away. */
  get leaving(): string[] {
    return [...this.#moving].flatMap(([id, { isLeaving }]) => isLeaving ? id : []);
  }

  /** Whether anything moves, or will vanish. */
  isMoving(now: number): boolean {
    for (const { isLeaving, startedAt, durationMs } of this.#moving.values()) {
      if (isLeaving || now - startedAt < durationMs) return true;
    }
    return false;
  }

  #birthOf(to: Pose, parent: string | null, now: number): Pose {
    const above = parent === null ? undefined : this.#moving.get(parent);
    if (!above) return { ...to, opacity: 0 };
    const { x, y } = poseOf(above, now);
    return { ...to, x, y, fromX: x, fromY: y, width: 0, opacity: 0 };
  }
}

function poseOf({ from, to, startedAt, durationMs, isLeaving }: Moving, now: number): Pose {
  const part = durationMs === 0 ? 1 : Math.min(1, Math.max(0, (now - startedAt) / durationMs));
  if (part === 1) return to;
  // Paler at once, and gone only at the end.
  if (isLeaving) return { ...from, opacity: from.opacity * 0.6 * (1 - part ** 3) };
  const way = part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
  const between = (field: keyof Pose) => from[field] + way * (to[field] - from[field]);
  return {
    x: between("x"),
    y: between("y"),
    fromX: between("fromX"),
    fromY: between("fromY"),
    width: between("width"),
    height: between("height"),
    opacity: between("opacity"),
  };
}

function isSame(one: Pose, other: Pose): boolean {
  return (Object.keys(one) as (keyof Pose)[]).every((field) => one[field] === other[field]);
}
