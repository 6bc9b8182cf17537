/**
 * Puts other tracks into a stream that is being played, so that players go on. Two things stop them: a
 * stream without any track has ended; and Firefox shows the first picture that it was given, also when
 * that has been taken away, unless it was gone before the next one came. This module is browser
 * compatible.
 */

/** What is needed of a stream; `MediaStream` has it. */
export interface TrackHolder<Track> {
  getTracks(): Track[];
  addTrack(track: Track): void;
  removeTrack(track: Track): void;
}

const KINDS = ["audio", "video"];

/**
 * Replaces what is in `stream` by `tracks`, kind by kind.
 *
 * @param spares tracks of either kind; where there is but one kind before and afterwards, one of the
 * other holds its place meanwhile
 */
export function replaceTracks<Track extends { readonly kind: string }>(
  stream: TrackHolder<Track>,
  tracks: readonly Track[],
  spares: readonly Track[],
): void {
  const before = stream.getTracks();
  const has = (list: readonly Track[], kind: string) => list.some((track) => track.kind === kind);
  // What was not there comes first, and what will not be there goes last: so there always is a track.
  const rank = (kind: string) => !has(before, kind) ? 0 : has(tracks, kind) ? 1 : 2;
  const kinds = [...KINDS].sort((one, other) => rank(one) - rank(other));
  const isAlone = kinds.every((kind) => has(before, kind) === has(tracks, kind)) &&
    kinds.some((kind) => !has(before, kind));
  const spare = isAlone ? spares.find(({ kind }) => !has(before, kind)) : undefined;
  if (spare) stream.addTrack(spare);
  for (const kind of kinds) {
    for (const track of before) if (track.kind === kind) stream.removeTrack(track);
    for (const track of tracks) if (track.kind === kind) stream.addTrack(track);
  }
  if (spare) stream.removeTrack(spare);
}
