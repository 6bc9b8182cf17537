/**
 * Brings envelopes to the instance that holds the peer: this one directly, others by the bus.
 */
import type { Bus, BusMessage } from "../bus/bus.ts";
import type { Address } from "../tree/types.ts";
import type { Envelope } from "./envelope.ts";

/** Sends an envelope to where its peer is. */
export type Deliver = (to: Address, envelope: Envelope) => void;

/** Makes a Deliver; `receive` gets what is for this instance, whoever sent it. */
export function deliverBy(bus: Bus, receive: (envelope: Envelope) => void): Deliver {
  // Instances of one deployment speak to themselves only, so the shape is not checked again.
  bus.onMessage((message) => receive(message as unknown as Envelope));
  return ({ instance }, envelope) => {
    if (instance === bus.instance) receive(envelope);
    else bus.send(instance, envelope as unknown as BusMessage);
  };
}
