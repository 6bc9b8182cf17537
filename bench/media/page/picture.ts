/**
 * The picture that is broadcast, as a function of its number, so that whoever sees it can make the
 * original again and compare. At the top two rows of blocks tell, in black and white that any encoder
 * leaves readable, when it was drawn and which one it is; below them a texture moves, so that
 * encoding costs what it costs with a camera. Runs in pages.
 */

/** What broadcasters of talking heads mostly send. */
export const WIDTH = 640;
export const HEIGHT = 360;
export const FRAME_RATE = 30;

/** Where the texture begins. */
const TEXTURE_TOP = 60;
const TEXTURE_WIDTH = 1_600;
const PATCHES = 1_200;
/** A slow pan of the camera. */
const PIXELS_PER_FRAME = 2;

/** Bits in a row of blocks: 17 minutes in ms, 9 hours of pictures. Then they begin anew. */
const BITS = 20;
const ROW_HEIGHT = TEXTURE_TOP / 2;
const RANGE = 2 ** BITS;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** What the blocks of a picture say. */
export interface Label {
  /** When it was drawn, on the clock of `clockMs`. */
  drawnMs: number;
  number: number;
}

/** A clock that all pages on one machine share, in ms; begins anew every 17 minutes. */
export function clockMs(): number {
  return Math.round(performance.timeOrigin + performance.now()) % RANGE;
}

/** How long ago a moment of `clockMs` was. */
export function since(drawnMs: number): number {
  return (clockMs() - drawnMs + RANGE) % RANGE;
}

/** Draws pictures. */
export class Painter {
  readonly #texture = paintTexture();

  /** Draws the texture of picture `number`. */
  drawTexture(context: Context, number: number): void {
    const shift = number * PIXELS_PER_FRAME % TEXTURE_WIDTH;
    context.drawImage(this.#texture, -shift, TEXTURE_TOP);
    context.drawImage(this.#texture, TEXTURE_WIDTH - shift, TEXTURE_TOP);
  }

  /** Draws all of a picture. */
  draw(context: Context, label: Label): void {
    this.drawTexture(context, label.number);
    drawBits(context, 0, label.drawnMs);
    drawBits(context, ROW_HEIGHT, label.number);
  }
}

/** Returns the pixels of the texture in what was drawn, or seen. */
export function texturePixels(context: Context): Uint8ClampedArray {
  return context.getImageData(0, TEXTURE_TOP, WIDTH, HEIGHT - TEXTURE_TOP).data;
}

/** Reads the blocks of a decoded picture, of whatever size it came in. */
export async function readLabel(frame: VideoFrame): Promise<Label> {
  return {
    drawnMs: await readBits(frame, ROW_HEIGHT / 2),
    number: await readBits(frame, ROW_HEIGHT * 1.5),
  };
}

/** Peak signal to noise ratio of two pictures in RGBA, in dB. */
export function psnrDb(seen: Uint8ClampedArray, original: Uint8ClampedArray): number {
  let squares = 0;
  for (let i = 0; i < seen.length; i += 4) {
    const red = seen[i]! - original[i]!;
    const green = seen[i + 1]! - original[i + 1]!;
    const blue = seen[i + 2]! - original[i + 2]!;
    squares += red * red + green * green + blue * blue;
  }
  return 10 * Math.log10(255 ** 2 / (squares / (seen.length / 4 * 3)));
}

function paintTexture(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(TEXTURE_WIDTH, HEIGHT - TEXTURE_TOP);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  let seed = 12345;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor(seed / 0x80000000 * below);
  };
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < PATCHES; i++) {
    context.fillStyle = `rgb(${random(256)}, ${random(256)}, ${random(256)})`;
    context.fillRect(
      random(canvas.width),
      random(canvas.height) - 20,
      8 + random(60),
      8 + random(40),
    );
  }
  return canvas;
}

function drawBits(context: Context, top: number, value: number): void {
  const width = WIDTH / BITS;
  for (let bit = 0; bit < BITS; bit++) {
    context.fillStyle = (value >> bit) & 1 ? "#fff" : "#000";
    context.fillRect(bit * width, top, width, ROW_HEIGHT);
  }
}

/** Copies a line of the picture only: all of it, 30 times a second, would cost what is measured. */
async function readBits(frame: VideoFrame, y: number): Promise<number> {
  const { x: left, y: top, width, height } = frame.visibleRect!;
  const line = top + 2 * Math.round(y * height / HEIGHT / 2);
  const rect = { x: left, y: line, width: width & ~1, height: 2 };
  const pixels = new Uint8Array(frame.allocationSize({ rect }));
  const [layout] = await frame.copyTo(pixels, { rect });
  const bytesPerPixel = /^(RGB|BGR)/.test(frame.format ?? "") ? 4 : 1;
  let value = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const x = Math.floor((bit + 0.5) * rect.width / BITS);
    if (pixels[layout!.offset + x * bytesPerPixel]! > 128) value |= 1 << bit;
  }
  return value;
}
