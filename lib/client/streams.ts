/**
 * The streams of a page: its own, mostly from the camera, and the one that it watches; and which of
 * the two is to be shown. Knows nothing of links, states and the service.
 * This module is browser compatible.
 */
import { Camera } from "./camera.ts";
import { Emitter } from "./emitter.ts";

/** What Streams emits. */
export interface StreamsEvents {
  /** The page's own stream, whenever another one has been set. */
  own: MediaStream | null;
  /** The stream to show, whenever that is another one than before. */
  shown: MediaStream | null;
}

/** Holds the streams of one page. */
export class Streams extends Emitter<StreamsEvents> {
  readonly #camera = new Camera();
  #own: MediaStream | null = null;
  #watched: MediaStream | null = null;
  #isWatching = false;
  #emitted: MediaStream | null = null;

  /** The page's own stream. */
  get own(): MediaStream | null {
    return this.#own;
  }

  /** The stream to show: what is being watched, or else one's own. */
  get shown(): MediaStream | null {
    return this.#isWatching ? this.#watched : this.#own;
  }

  /** Opens camera and microphone. It takes `setOwn` to make their stream the page's own. */
  startCamera(constraints?: MediaStreamConstraints): Promise<MediaStream> {
    return this.#camera.start(constraints);
  }

  /** Stops camera and microphone; a stream of theirs is the page's own no more. */
  stopCamera(): void {
    this.#camera.stop();
    if (this.#own?.getTracks().every((track) => track.readyState === "ended")) this.setOwn(null);
  }

  /** Takes the page's own stream. */
  setOwn(stream: MediaStream | null): void {
    this.#own = stream;
    this.emit("own", stream);
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
