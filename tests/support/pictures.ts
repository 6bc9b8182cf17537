/** The outer shape of pictures, as browsers read it first; inside there is nothing to be seen. */

/** What a WebP picture is like. */
export interface WebpOptions {
  kind?: "VP8 " | "VP8L" | "VP8X";
  isAnimated?: boolean;
  /** How many bytes it has. */
  size?: number;
}

/** Makes the beginning of a WebP picture, filled up to a size (RFC 9649). */
export function webpOf(
  width: number,
  height: number,
  { kind = "VP8 ", isAnimated = false, size = 60 }: WebpOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  write(bytes, 0, "RIFF");
  view.setUint32(4, size - 8, true);
  write(bytes, 8, `WEBP${kind}`);
  view.setUint32(16, size - 20, true);
  if (kind === "VP8 ") {
    bytes.set([0x9d, 0x01, 0x2a], 23);
    view.setUint16(26, width, true);
    view.setUint16(28, height, true);
  } else if (kind === "VP8L") {
    bytes[20] = 0x2f;
    view.setUint32(21, (width - 1) | (height - 1) << 14, true);
  } else {
    bytes[20] = isAnimated ? 0b10 : 0;
    view.setUint32(24, width - 1, true);
    view.setUint32(27, height - 1, true);
  }
  return bytes;
}

/** Makes the beginning of a JPEG picture: a comment, a table, and the frame with its size. */
export function jpegOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return new Uint8Array([
    ...[0xff, 0xd8],
    ...[0xff, 0xfe, 0, 6, 1, 2, 3, 4],
    // Its marker lies among those of frames, and is none.
    ...[0xff, 0xff, 0xc4, 0, 4, 9, 9],
    ...[0xff, 0xc2, 0, 17, 8, ...size, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
    ...[0xff, 0xd9],
  ]);
}

function write(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), at);
}
