/**
 * Brings envelopes to the instance that holds the peer: this one directly, others by the bus.
 */
import type { Bus, BusMessage } from "../bus/bus.ts";
import type { Address, InstanceId } from "../tree/types.ts";
import type { Envelope } from "./envelope.ts";

/** Sends an envelope to where its peer is. */
export type Deliver = (to: Address, envelope: Envelope) => void;

/**
 * Makes a Deliver; `receive` gets what is for this instance, whoever sent it, and `onHeard` is told
 * which other instance has said something.
 */
export function deliverBy(
  bus: Bus,
  receive: (envelope: Envelope) => void,
  onHeard: (instance: InstanceId) => void,
): Deliver {
  bus.onMessage((message, from) => {
    onHeard(from);
    // Instances of one deployment speak to themselves only, so the shape is not checked again.
    receive(message as unknown as Envelope);
  });
  return ({ instance }, envelope) => {
    if (instance === bus.instance) receive(envelope);
    else bus.send(instance, envelope as unknown as BusMessage);
  };
}
