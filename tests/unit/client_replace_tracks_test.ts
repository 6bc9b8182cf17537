/** How the tracks of a stream that is played are replaced, with made-up tracks. */
import { assert, assertEquals } from "@std/assert";
import { replaceTracks, type TrackHolder } from "../../lib/client/replace_tracks.ts";

interface Track {
  kind: string;
  of: string;
}

const tracksOf = (of: string, kinds: string[]): Track[] => kinds.map((kind) => ({ kind, of }));

/** A stream that remembers what was in it after each change. */
class Stream implements TrackHolder<Track> {
  readonly history: Track[][] = [];
  #tracks: Track[];

  constructor(tracks: Track[]) {
    this.#tracks = tracks;
  }

  getTracks(): Track[] {
    return [...this.#tracks];
  }

  addTrack(track: Track): void {
    this.#note([...this.#tracks, track]);
  }

  removeTrack(track: Track): void {
    this.#note(this.#tracks.filter((one) => one !== track));
  }

  #note(tracks: Track[]): void {
    this.#tracks = tracks;
    this.history.push(tracks);
  }
}

const MIXES = [["audio"], ["video"], ["audio", "video"]];

for (const before of MIXES) {
  for (const after of MIXES) {
    Deno.test(`replaceTracks() from ${before} to ${after}: never empty, never two pictures`, () => {
      const stream = new Stream(tracksOf("former", before));
      const tracks = tracksOf("new", after);
      replaceTracks(stream, tracks, tracksOf("spare", ["audio", "video"]));
      const isOrdered = (one: Track, other: Track) => one.kind.localeCompare(other.kind);
      assertEquals(stream.getTracks().sort(isOrdered), tracks.sort(isOrdered));
      for (const [i, moment] of stream.history.entries()) {
        assert(moment.length > 0, `empty after change ${i + 1}`);
        assert(moment.filter(({ kind }) => kind === "video").length <= 1, `after change ${i + 1}`);
      }
    });
  }
}

Deno.test("replaceTracks() fills a stream that is empty", () => {
  const stream = new Stream([]);
  const tracks = tracksOf("new", ["audio", "video"]);
  replaceTracks(stream, tracks, tracksOf("spare", ["audio", "video"]));
  assertEquals(stream.getTracks(), tracks);
});
