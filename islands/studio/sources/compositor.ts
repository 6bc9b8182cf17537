/**
 * Puts pictures together into one of a steady size, on a track that stays while what is shown changes:
 * for screen and camera in one picture, for the card that viewers see while a camera is off, and for
 * recordings. It paints whenever a picture comes, which needs no timer, so it goes on in hidden pages;
 * the slow timer is for what does not move. Loaded when it is needed.
 */
import { type FrameReader, type FrameWriter, readFrames, writeFrames } from "./frames.ts";
import { fitInto, type Place, type Size } from "./inset.ts";

/** As many as any quality has. */
const FRAME_RATE = 30;

/** Pictures of two sources come when they like; a little sooner than the rate will do. */
const MIN_GAP_MS = 0.85 * 1000 / FRAME_RATE;

/**
 * What does not move is sent again this often: whoever comes waits no longer for the first picture.
 * Hidden pages make it a second.
 */
const IDLE_MS = 250;

/** The colours of a stage (styles.css), which a canvas cannot read. */
const GROUND = "#061317";
const INK = "#e9f4f2";
const INK_SOFT = "#a9c3c4";

/** One picture of those that are put together. */
export interface Layer {
  track: MediaStreamTrack;
  /** Where it goes, by the size of the whole and its own; it is fitted into the whole by default. */
  place?: (whole: Size, picture: Size) => Place;
  /** Rounds its corners. */
  isInset?: boolean;
}

/** What is painted where there are no layers. */
export interface Card {
  title: string;
  text: string;
}

/** See the module's paragraph. */
export class Compositor {
  readonly #writer: FrameWriter;
  #layers: { layer: Layer; reader: FrameReader }[] = [];
  #card: Card | null = null;
  #paintedAt = -Infinity;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(size: Size) {
    this.#writer = writeFrames(size);
    // Without pictures that announce themselves everything goes by the timer.
    const isTold = "MediaStreamTrackProcessor" in globalThis;
    this.#timer = setInterval(() => {
      if (!isTold || performance.now() - this.#paintedAt >= IDLE_MS) this.#paint();
    }, isTold ? IDLE_MS : 1000 / FRAME_RATE);
  }

  /** What comes of it: one track for good. */
  get track(): MediaStreamTrack {
    return this.#writer.track;
  }

  /** Paints in another size from now on. */
  setSize({ width, height }: Size): void {
    const { canvas } = this.#writer;
    if (canvas.width === width && canvas.height === height) return;
    canvas.width = width;
    canvas.height = height;
    this.#paint();
  }

  /** Shows these, the first at the bottom; tracks that stay are read on. */
  setLayers(layers: readonly Layer[]): void {
    const former = this.#layers;
    this.#layers = layers.map((layer) => ({
      layer,
      reader: former.find((other) => other.layer.track === layer.track)?.reader ??
        readFrames(layer.track, () => this.#handleFrame()),
    }));
    for (const { reader } of former) {
      if (!this.#layers.some((other) => other.reader === reader)) reader.close();
    }
    this.#paint();
  }

  /** Shows a card where there are no layers. */
  setCard(card: Card | null): void {
    this.#card = card;
    this.#paint();
  }

  /** Ends the track; those that were read go on. */
  close(): void {
    clearInterval(this.#timer);
    for (const { reader } of this.#layers) reader.close();
    this.#layers = [];
    this.#writer.close();
  }

  #handleFrame(): void {
    if (performance.now() - this.#paintedAt >= MIN_GAP_MS) this.#paint();
  }

  #paint(): void {
    const { canvas } = this.#writer;
    const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D | null;
    if (!context) return;
    this.#paintedAt = performance.now();
    context.fillStyle = GROUND;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (this.#layers.length === 0 && this.#card) paintCard(context, canvas, this.#card);
    for (const { layer, reader } of this.#layers) {
      const latest = reader.latest();
      if (latest) paintLayer(context, canvas, layer, latest);
    }
    this.#writer.send();
  }
}

function paintLayer(
  context: CanvasRenderingContext2D,
  whole: Size,
  { place, isInset }: Layer,
  { image, size }: { image: CanvasImageSource; size: Size },
): void {
  const { x, y, width, height } = place?.(whole, size) ??
    fitInto(size, { x: 0, y: 0, width: whole.width, height: whole.height });
  if (!isInset) return context.drawImage(image, x, y, width, height);
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, height, whole.height * 0.025);
  context.clip();
  context.drawImage(image, x, y, width, height);
  context.restore();
}

function paintCard(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  { title, text }: Card,
): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = INK;
  context.font = `600 ${Math.round(height / 14)}px system-ui, sans-serif`;
  context.fillText(title, width / 2, height * 0.47, width * 0.9);
  context.fillStyle = INK_SOFT;
  context.font = `400 ${Math.round(height / 26)}px system-ui, sans-serif`;
  context.fillText(text, width / 2, height * 0.57, width * 0.9);
}
