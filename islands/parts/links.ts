/**
 * Links between the pages. A name is any text, so it is encoded here and nowhere else.
 * This module is browser compatible.
 */

/** Where a broadcast is watched. */
export function watchPath(name: string): string {
  return `/watch/${encodeURIComponent(name)}`;
}

/** Where a broadcast is watched in a frame on somebody's page. */
export function embedPath(name: string): string {
  return `/embed/${encodeURIComponent(name)}`;
}

/** Tells whether a name survives in a link: browsers resolve "." and ".." away, encoded or not. */
export function isLinkable(name: string): boolean {
  return name !== "." && name !== ".." && name.isWellFormed();
}
