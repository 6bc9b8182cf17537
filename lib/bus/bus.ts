/**
 * The bus carries messages between instances: commands addressed to one instance, and topics that
 * whoever is interested subscribes to. It knows nothing of peers or broadcasts. KV is the truth;
 * what the bus loses may cost time, never correctness.
 */
import type { InstanceId } from "../tree/types.ts";

/** Anything JSON can say. Messages are copied on the way: sender and receiver share no object. */
export type BusMessage =
  | null
  | boolean
  | number
  | string
  | BusMessage[]
  | { [key: string]: BusMessage };

/** Receives what other instances sent to this one. */
export type MessageHandler = (message: BusMessage, from: InstanceId) => void;

/** Receives what was published on a topic. */
export type TopicHandler = (message: BusMessage) => void;

/**
 * One instance's end of the bus. Every implementation passes `tests/contract/bus_contract.ts`:
 *
 * - messages from one instance to another arrive in the order they were sent, at most once;
 * - a message to an instance that is not there is dropped in the end and delays nobody else;
 * - nothing is delivered before the current task of the sender is over (no re-entrance), and
 *   nothing after `close()`;
 * - a topic's messages reach every *other* instance that has subscribed, never the publisher; they
 *   are hints, which may be lost and must be safe to lose or repeat.
 */
export interface Bus {
  /** The instance whose end this is. */
  readonly instance: InstanceId;
  /** Sends to one instance, never to oneself (throws a TypeError: that is a bug of the caller). */
  send(to: InstanceId, message: BusMessage): void;
  /** Sets what is done with messages to this instance; what came before is kept and handed over. */
  onMessage(handler: MessageHandler): void;
  /** Publishes a hint to the other instances that subscribe to the topic. */
  publish(topic: string, message: BusMessage): void;
  /** Subscribes to a topic; the returned function ends the subscription. */
  subscribe(topic: string, handler: TopicHandler): () => void;
  /** Gives everything back. Idempotent. */
  close(): void;
}
