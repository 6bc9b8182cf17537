/**
 * When the stream of a new link is fit to be shown. Who sees nothing yet takes what there is; who
 * still sees another stream changes over only when nothing is missed by it.
 * This module is browser compatible.
 */
import type { Link } from "./link.ts";

/**
 * How long the second of sound and picture may lag behind the first: their first packets are some
 * tens of milliseconds apart. A broadcast may also have only one of them.
 */
const SECOND_TRACK_GRACE_MS = 300;

/** A first picture takes a few hundred milliseconds; the broadcast may also have lost its picture. */
const PICTURE_TIMEOUT_MS = 2_000;

/** About a frame's time. */
const INTERVAL_MS = 30;

/**
 * Resolves when the stream of `link` is fit to be shown, or is not wanted any more; to be called when
 * its first track has come.
 *
 * @param shown the link whose stream is still shown, if any
 */
export async function hasPicture(
  link: Link,
  shown: Link | null,
  isWanted: () => boolean,
): Promise<void> {
  const needed = shown ? kindsOf(shown) : ["audio", "video"];
  const timeoutMs = shown ? PICTURE_TIMEOUT_MS : SECOND_TRACK_GRACE_MS;
  for (const end = performance.now() + timeoutMs; isWanted() && performance.now() < end;) {
    const kinds = kindsOf(link);
    const hasAll = needed.every((kind) => kinds.includes(kind));
    if (hasAll && (!shown || !kinds.includes("video") || (await link.received()).frames > 0)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

function kindsOf({ stream }: Link): string[] {
  return stream.getTracks().map(({ kind }) => kind);
}
