/**
 * Carriers that the worker makes: whatever it writes to a generated track becomes one. As Chromium
 * has it. This module is browser compatible.
 */
import type { CarrierSource, CarrierTrack, LaneSender } from "./carrier_source.ts";

/** A track that shows or sounds what is written to it. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream;
}

const browser = globalThis as unknown as {
  MediaStreamTrackGenerator?: new (init: { kind: "audio" | "video" }) => TrackGenerator;
};

/** See the module's paragraph. */
export class GeneratedCarriers implements CarrierSource {
  readonly #tracks = new Map<string, MediaStreamTrack>();

  /** Says whether this browser has it. */
  static isSupported(): boolean {
    return browser.MediaStreamTrackGenerator !== undefined;
  }

  open({ id, kind }: LaneSender): CarrierTrack {
    const track = new browser.MediaStreamTrackGenerator!({ kind });
    this.#tracks.set(id, track);
    return { track, carriers: track.writable };
  }

  /** Does nothing: the worker makes them. */
  make(): void {}

  /** Does nothing: what is not written is not sent. */
  pause(): void {}

  /** Does nothing: what comes in has no part in it. */
  setReceivers(): void {}

  end(id: string): void {
    this.#tracks.get(id)?.stop();
    this.#tracks.delete(id);
  }
}
