/**
 * What one end of a pair of instances puts on the wire for the other: a batch of messages, or only
 * an acknowledgement. The wires carry posts without understanding them; `reliable_pair.ts` gives
 * them their meaning.
 */

/** One transmission between two instances. It may be lost, repeated or overtaken on the way. */
export interface Post {
  /** The sender's numbering: a higher one replaces what was said under lower ones. */
  epoch: number;
  /** The receiver's numbering that `ack` belongs to; 0 while the sender does not know it. */
  to: number;
  /** All batches up to this number have arrived here. */
  ack: number;
  /** The number of the batch, from 1; 0 when there is none. */
  seq: number;
  /** Asks for an acknowledgement at once, because the sender is running out of credit. */
  asks: boolean;
  /** Says that a later batch arrived and the one after `ack` is missing. */
  missing: boolean;
  /** The batch: a JSON array of messages; empty when there is none. */
  text: string;
}
