/**
 * The picture that is broadcast, as a function of its number, so that whoever sees it can make the
 * original again and compare. At the top blocks tell when it was drawn and which one it is; below them
 * a texture moves, so that encoding costs what it costs with a camera. Runs in pages.
 */
import {
  type Context,
  drawLabel,
  type Label,
  LABEL_HEIGHT,
  LABEL_WIDTH,
  LABELLED_HEIGHT,
} from "../../../tests/support/labelled_picture.ts";

/** What broadcasters of talking heads mostly send. */
export const WIDTH = LABEL_WIDTH;
export const HEIGHT = LABELLED_HEIGHT;
export const FRAME_RATE = 30;

/** Where the texture begins. */
const TEXTURE_TOP = LABEL_HEIGHT;
const TEXTURE_WIDTH = 1_600;
const PATCHES = 1_200;
/** A slow pan of the camera. */
const PIXELS_PER_FRAME = 2;

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
    drawLabel(context, label);
  }
}

/** Returns the pixels of the texture in what was drawn, or seen. */
export function texturePixels(context: Context): Uint8ClampedArray {
  return context.getImageData(0, TEXTURE_TOP, WIDTH, HEIGHT - TEXTURE_TOP).data;
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
