/**
 * Pictures that tell when they were drawn and which one they are: two rows of blocks at their top, in
 * black and white that any encoder leaves readable. So whoever sees one knows how old it is. Runs in
 * pages.
 */

/** What the blocks are drawn for: any size that has this shape can be read. */
export const LABEL_WIDTH = 640;
export const LABELLED_HEIGHT = 360;

/** The height of both rows. */
export const LABEL_HEIGHT = 60;

/** Bits in a row of blocks: 17 minutes in ms, 9 hours of pictures. Then they begin anew. */
const BITS = 20;
const ROW_HEIGHT = LABEL_HEIGHT / 2;
const RANGE = 2 ** BITS;

/** What pictures are drawn with. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

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

/** How long before `nowMs` a moment of the same clock was. */
export function since(drawnMs: number, nowMs: number = clockMs()): number {
  return (nowMs - drawnMs + RANGE) % RANGE;
}

/** Draws the blocks at the top of a picture. */
export function drawLabel(context: Context, { drawnMs, number }: Label): void {
  drawBits(context, 0, drawnMs);
  drawBits(context, ROW_HEIGHT, number);
}

/** Reads the blocks of a decoded picture, of whatever size it came in. */
export async function readLabel(frame: VideoFrame): Promise<Label> {
  return {
    drawnMs: await readBits(frame, ROW_HEIGHT / 2),
    number: await readBits(frame, ROW_HEIGHT * 1.5),
  };
}

function drawBits(context: Context, top: number, value: number): void {
  const width = LABEL_WIDTH / BITS;
  for (let bit = 0; bit < BITS; bit++) {
    context.fillStyle = (value >> bit) & 1 ? "#fff" : "#000";
    context.fillRect(bit * width, top, width, ROW_HEIGHT);
  }
}

/** Copies a line of the picture only: all of it, 30 times a second, would cost what is measured. */
async function readBits(frame: VideoFrame, y: number): Promise<number> {
  const { x: left, y: top, width, height } = frame.visibleRect!;
  const line = top + 2 * Math.round(y * height / LABELLED_HEIGHT / 2);
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
