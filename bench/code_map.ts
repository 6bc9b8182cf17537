/**
 * Which code lies at which address, while V8 adds code, moves it and throws it away. Pure.
 */

/** A piece of code. */
export interface Code {
  name: string;
  /** False: a builtin of V8. */
  isScript: boolean;
}

interface Piece extends Code {
  start: number;
  end: number;
}

/** Pieces are found by the pages they touch. */
const PAGE_BYTES = 4096;

/** Code by address; later code replaces earlier code in the same place. */
export class CodeMap {
  readonly #pages = new Map<number, Piece[]>();
  readonly #byStart = new Map<number, Piece>();

  /** Records that code lies at `start`. */
  add(start: number, sizeBytes: number, { name, isScript }: Code): void {
    if (!(sizeBytes > 0)) return;
    const piece = { start, end: start + sizeBytes, name, isScript };
    this.#byStart.set(start, piece);
    for (const page of pagesOf(piece)) {
      const others = (this.#pages.get(page) ?? [])
        .filter((other) => other.end <= piece.start || other.start >= piece.end);
      this.#pages.set(page, [...others, piece]);
    }
  }

  /** Records that code has moved. */
  move(from: number, to: number): void {
    const piece = this.#byStart.get(from);
    if (!piece) return;
    this.#byStart.delete(from);
    for (const page of pagesOf(piece)) {
      this.#pages.set(page, (this.#pages.get(page) ?? []).filter((other) => other !== piece));
    }
    this.add(to, piece.end - piece.start, piece);
  }

  /** Finds the code at an address. */
  find(address: number): Code | undefined {
    return this.#pages.get(Math.floor(address / PAGE_BYTES))
      ?.find(({ start, end }) => start <= address && address < end);
  }
}

function* pagesOf({ start, end }: Piece): Generator<number> {
  const last = Math.floor((end - 1) / PAGE_BYTES);
  for (let page = Math.floor(start / PAGE_BYTES); page <= last; page++) yield page;
}
