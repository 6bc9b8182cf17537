/**
 * What instances tell each other about peers. Frames for clients travel ready-made: the instance
 * that received a message has checked it and written the text that the other client gets.
 */
import type { Address, Edition, PeerId } from "../tree/types.ts";

/** A message to the peer `to`, or to several peers of one instance. */
export type Envelope =
  /** A viewer was placed under `to`, which is to answer its offer. */
  | {
    type: "relay";
    to: PeerId;
    from: PeerId;
    address: Address;
    broadcast: string;
    /** Which of the viewer's joins this is; the answer names it again. */
    attempt: number;
    frame: string;
  }
  /** Is the parent `to` there, and has it got the offer? */
  | { type: "probe"; to: PeerId; from: PeerId; address: Address; attempt: number }
  /** The parent `from` has got the offer. */
  | { type: "reached"; to: PeerId; from: PeerId; attempt: number }
  /** The parent `from` has no socket, so that it cannot be asked. */
  | { type: "unreached"; to: PeerId; from: PeerId; attempt: number }
  /** The parent `from` has a socket again, held by `address`. */
  | { type: "returned"; to: PeerId; from: PeerId; address: Address }
  /** The parent's answer. */
  | { type: "answer"; to: PeerId; from: PeerId; attempt: number | null; frame: string }
  /** Candidates or their acknowledgement, along a link. */
  | { type: "pass"; to: PeerId; from: PeerId; frame: string }
  /** The child `from` is not carried by `to` any more. */
  | { type: "unlink"; to: PeerId; from: PeerId; attempt: number | null }
  /** The linked peer `from` is held by another instance now; its joins count from `attempt` on. */
  | { type: "moved"; to: PeerId; from: PeerId; address: Address; attempt: number | null }
  /** The session `to` has been taken up by another instance. */
  | { type: "taken"; to: PeerId; address: Address }
  /** The parent `from` is gone; `to` is an orphan now. */
  | { type: "orphaned"; to: PeerId; from: PeerId; broadcast: string }
  /** The parent `from` has had no socket for a while; who cannot see whether it carries on had better go. */
  | { type: "deserted"; to: PeerId; from: PeerId }
  /** The child `from` sees nothing of its parent `to` any more. */
  | { type: "reported"; to: PeerId; from: PeerId; address: Address }
  /** A report of `to` has come; that it did is all it says. */
  | { type: "noted"; to: PeerId; from: PeerId }
  /** The broadcast is over for all of these. */
  | { type: "ended"; to: PeerId[]; broadcast: string; edition: Edition };

/** The envelopes of some types. */
export type EnvelopeOf<T extends Envelope["type"]> = Extract<Envelope, { type: T }>;
