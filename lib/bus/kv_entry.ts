/**
 * One entry of an instance's inbox in KV: a numbered batch of items from one sender, or a piece of
 * an item that is too large for one entry. The sender makes them with `KvQueue`, the receiver takes
 * them apart with `KvStream`; neither knows KV, a clock, or what the items mean.
 *
 * Numbers are valid within a sender's epoch and belong to one pair, so the receiver sees what was
 * lost, and a commit whose answer was lost can be repeated: it writes the same key.
 */

/**
 * Longest text of an entry, in UTF-16 units. KV takes 64 KiB a value, and stores any text with a
 * character beyond Latin-1 in two bytes a unit.
 */
export const MAX_ENTRY_CHARS = 30 * 1024;

/** The value of an entry; its key says from whom it is and which number it has. */
export interface KvEntry {
  /** A JSON array of items, or a piece of one. */
  text: string;
  /** The array began in an entry before this one. */
  continues: boolean;
  /** The array goes on in the next entry. */
  more: boolean;
  /** KV removes an entry some time after this; nobody reads it any more. */
  expiresAtMs: number;
}

/** An entry that has its number but not yet its expiry. */
export type NumberedPiece = Omit<KvEntry, "expiresAtMs"> & { seq: number };

type Piece = Omit<NumberedPiece, "seq">;

/** What waits for one receiver, cut into entries. */
export class KvQueue {
  #pieces: Piece[] = [];
  #open: string[] = [];
  #openChars = 0;
  #heldChars = 0;
  #lastSeq = 0;

  /** Tells whether nothing waits. */
  get isEmpty(): boolean {
    return this.#pieces.length === 0 && this.#open.length === 0;
  }

  /** Counts what is held in memory, in UTF-16 units. */
  get heldChars(): number {
    return this.#heldChars;
  }

  /** The number of the last entry taken. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Adds an item that is JSON already. */
  add(item: string): void {
    // Brackets and commas: one more than there are items.
    const chars = this.#openChars + item.length + this.#open.length + 2;
    if (this.#open.length > 0 && chars > MAX_ENTRY_CHARS) this.#seal();
    this.#open.push(item);
    this.#openChars += item.length;
    this.#heldChars += item.length;
  }

  /** Takes the next entry if it has at most so many characters; null otherwise. */
  take(maxChars: number): NumberedPiece | null {
    if (this.#pieces.length === 0) this.#seal();
    const piece = this.#pieces[0];
    if (!piece || piece.text.length > maxChars) return null;
    this.#pieces.shift();
    this.#heldChars -= piece.text.length;
    return { ...piece, seq: ++this.#lastSeq };
  }

  /** Drops what waits; a number is used up, so that the receiver notices. */
  drop(): void {
    this.#pieces = [];
    this.#open = [];
    this.#openChars = 0;
    this.#heldChars = 0;
    this.#lastSeq++;
  }

  #seal(): void {
    if (this.#open.length === 0) return;
    const text = `[${this.#open.join(",")}]`;
    this.#heldChars += text.length - this.#openChars;
    for (let at = 0; at < text.length; at += MAX_ENTRY_CHARS) {
      const end = at + MAX_ENTRY_CHARS;
      this.#pieces.push({
        text: text.slice(at, end),
        continues: at > 0,
        more: end < text.length,
      });
    }
    this.#open = [];
    this.#openChars = 0;
  }
}

/** What an entry has brought: a JSON array of items, or that something before it is lost. */
export interface KvArrival {
  /** Something before or in this entry never arrives. */
  gap: boolean;
  /** Null when the entry brought nothing, or not the end of it. */
  text: string | null;
}

/** Takes in the entries of one sender, in the order of their keys. */
export class KvStream {
  #epoch = 0;
  #lastSeq = 0;
  #begun: string[] = [];

  /** Takes in an entry; null when it came before, or from a former life of the sender. */
  accept(epoch: number, seq: number, entry: KvEntry, nowMs: number): KvArrival | null {
    if (epoch < this.#epoch) return null;
    let gap = false;
    if (epoch > this.#epoch) {
      // A sender that has restarted may have lost what it was about to send.
      gap = this.#epoch > 0;
      this.#epoch = epoch;
      this.#lastSeq = 0;
      this.#begun = [];
    }
    if (seq <= this.#lastSeq) return null;
    const isExpired = entry.expiresAtMs <= nowMs;
    if (isExpired || seq > this.#lastSeq + 1) {
      gap = true;
      this.#begun = [];
    }
    this.#lastSeq = seq;
    // Without its beginning, the rest of a large item is of no use.
    if (isExpired || (entry.continues && this.#begun.length === 0)) return { gap, text: null };
    this.#begun.push(entry.text);
    if (entry.more) return { gap, text: null };
    const text = this.#begun.join("");
    this.#begun = [];
    return { gap, text };
  }
}
