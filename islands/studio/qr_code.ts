/** A text as a QR code, drawn as one path. Pure; loaded when it is needed. */
import { encode } from "uqr";

/** Readers need an edge without anything, of this many modules (ISO/IEC 18004). */
const QUIET = 4;

/** Returns the path of the dark modules, each a unit square, and the size of the whole. */
export function qrCode(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  let path = "";
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      let width = 1;
      while (row[x + width]) width++;
      path += `M${x} ${y}h${width}v1h-${width}z`;
      x += width;
    }
  }
  return { path, size };
}
