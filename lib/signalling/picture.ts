/**
 * Tells from its own bytes what a picture is and how large. What a client says about it does not
 * count: browsers go by what they are told by us, and a picture of a few bytes may be told to be as
 * large as a house. Pure; knows the outer shape of WebP and JPEG, and decodes nothing.
 */

/** What a picture is, by its first bytes. */
export interface Picture {
  type: "image/webp" | "image/jpeg";
  width: number;
  height: number;
}

/** Reads what a picture is; null for what is neither WebP nor JPEG, is cut off, or moves. */
export function readPicture(bytes: Uint8Array<ArrayBuffer>): Picture | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readWebp(view) ?? readJpeg(view);
  } catch (error) {
    // A length led beyond the end.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** RFC 9649: a RIFF container, with one of three kinds of picture in its first chunk. */
function readWebp(view: DataView): Picture | null {
  if (text(view, 0, 4) !== "RIFF" || text(view, 8, 4) !== "WEBP") return null;
  if (view.getUint32(4, true) + 8 > view.byteLength) return null;
  const type = "image/webp";
  switch (text(view, 12, 4)) {
    case "VP8 ":
      // The start code of a key frame stands before its size.
      if (view.getUint16(23) !== 0x9d01 || view.getUint8(25) !== 0x2a) return null;
      return {
        type,
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      if (view.getUint8(20) !== 0x2f) return null;
      const sizes = view.getUint32(21, true);
      return { type, width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const isAnimated = (view.getUint8(20) & 0b10) !== 0;
      if (isAnimated) return null;
      return { type, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    }
    default:
      return null;
  }
}

/** ITU T.81: segments with their lengths, up to the one that begins the frame and has its size. */
function readJpeg(view: DataView): Picture | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // Any number of these may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isStartOfFrame(marker)) {
      const height = view.getUint16(at + 5);
      return { type: "image/jpeg", width: view.getUint16(at + 7), height };
    }
    // Picture data without a frame before it, or the end.
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
}

/** SOF0 to SOF15 but for DHT, JPG and DAC, which have numbers among them. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | view.getUint8(at + 2) << 16;
}

function text(view: DataView, at: number, length: number): string {
  let read = "";
  for (let i = 0; i < length; i++) read += String.fromCharCode(view.getUint8(at + i));
  return read;
}
