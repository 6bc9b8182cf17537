/**
 * The streams of a page: its own, mostly from the camera, in the quality that was chosen, and the one
 * that it watches; and which of the two is to be shown. Knows nothing of links, states and the service.
 * This module is browser compatible.
 */
import { Camera } from "./camera.ts";
import { Emitter } from "./emitter.ts";
import { OwnQuality } from "./own_quality.ts";
import type { Quality, QualityChoice } from "./quality.ts";
import type { OwnSource } from "./relay/relay.ts";

/** What Streams emits. */
export interface StreamsEvents {
  /** What the page has to broadcast, whenever that, or how it is to be encoded, is another. */
  own: OwnSource | null;
  /** The stream to show, whenever that is another one than before. */
  shown: MediaStream | null;
}

/** Holds the streams of one page. */
export class Streams extends Emitter<StreamsEvents> {
  readonly #camera = new Camera();
  readonly #quality = new OwnQuality();
  #own: MediaStream | null = null;
  #watched: MediaStream | null = null;
  #isWatching = false;
  #emitted: MediaStream | null = null;

  /** What the page has to broadcast. */
  get own(): OwnSource | null {
    return this.#own && { stream: this.#own, encoding: this.#quality.encoding };
  }

  /** The quality that was chosen; null while none was. */
  get quality(): Readonly<Quality> | null {
    return this.#quality.current;
  }

  /**
   * Takes another quality for the page's own stream; resolves when its tracks have it.
   *
   * @throws {TributaryError} `bad_quality`
   */
  async setQuality(choice: QualityChoice): Promise<void> {
    this.#quality.choose(choice);
    this.emit("own", this.own);
    await this.#quality.apply(this.#own);
  }

  /** The stream to show: what is being watched, or else one's own. */
  get shown(): MediaStream | null {
    return this.#isWatching ? this.#watched : this.#own;
  }

  /** Opens camera and microphone. It takes `setOwn` to make their stream the page's own. */
  async startCamera(constraints?: MediaStreamConstraints): Promise<MediaStream> {
    if (constraints) return await this.#camera.start(constraints);
    const { current, constraints: video } = this.#quality;
    const stream = await this.#camera.start(undefined, video ?? undefined);
    if (current === this.#quality.current) this.#quality.noteOpened(stream);
    return stream;
  }

  /** Stops camera and microphone; a stream of theirs is the page's own no more. */
  stopCamera(): void {
    this.#camera.stop();
    if (this.#own?.getTracks().every((track) => track.readyState === "ended")) this.setOwn(null);
  }

  /** Takes the page's own stream. */
  setOwn(stream: MediaStream | null): void {
    this.#own = stream;
    void this.#quality.apply(stream);
    this.emit("own", this.own);
    this.#emitShown();
  }

  /** Shows what is watched from now on; until it has come, `stream` is null. */
  watch(stream: MediaStream | null): void {
    this.#isWatching = true;
    this.#watched = stream;
    this.#emitShown();
  }

  /** Shows the page's own stream again. */
  endWatching(): void {
    this.#isWatching = false;
    this.#watched = null;
    this.#emitShown();
  }

  #emitShown(): void {
    if (this.shown === this.#emitted) return;
    this.#emitted = this.shown;
    this.emit("shown", this.shown);
  }
}
