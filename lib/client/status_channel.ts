/**
 * The data channel on which a child asks its parent how it is, and tells what it is asked in turn. Knows
 * when questions and answers go and come, and not what they mean. This module is browser compatible.
 */
import type { Exchange } from "./latency/clock_offset.ts";
import type { Told } from "./latency/link_latency.ts";
import {
  decodeQuestion,
  decodeStatus,
  encodeQuestion,
  encodeStatus,
  type Flow,
  nextNumber,
  type Said,
} from "./link_status.ts";
import type { Pace } from "./relay/relay.ts";

const LABEL = "tributary";

/** Questions whose answers are still of use: an answer that takes longer says nothing about clocks. */
const MAX_OPEN = 20;

/** What a parent has answered, as its child takes it. */
export interface Answer {
  said: Said;
  pace: Pace;
  /** Null from earlier versions. */
  told: Told | null;
  /** Null when the question had no number, or is forgotten. */
  exchange: Exchange | null;
  /** Whether the child is to tell its figures. */
  wantsFigures: boolean;
}

/** What a parent is to answer. */
export interface Answering {
  flow: () => Promise<Flow>;
  /** Whether the child's link takes what it is sent. */
  pace: () => Pace;
  /** What it knows about time; in full only for who is to be told in full. */
  tell: (inFull: boolean) => Promise<Told>;
  /** Whether the child is to tell its figures. */
  wantsFigures: () => boolean;
  /** Takes what the child tells unasked, or asked so; it may be anything. */
  onTold: (data: unknown) => void;
}

/** The child's end. */
export class StatusChannel {
  readonly #channel: RTCDataChannel;
  /** When questions were sent, by their numbers. */
  readonly #open = new Map<number, number>();
  #number = 0;
  #understandsNumbers = false;

  /** Makes the channel; a status that is late is worth nothing, so none is sent again. */
  constructor(connection: RTCPeerConnection, onAnswer: (answer: Answer) => void) {
    this.#channel = connection.createDataChannel(LABEL, { ordered: false, maxRetransmits: 0 });
    this.#channel.onmessage = ({ data }) => {
      const cameAt = performance.now();
      const status = decodeStatus(data);
      if (!status) return;
      const { said, pace, told, times, wantsFigures } = status;
      this.#understandsNumbers ||= told !== null;
      const askedAt = times ? this.#take(times.number) : undefined;
      const exchange = askedAt === undefined ? null : { askedAt, ...times!, cameAt };
      onAnswer({ said, pace, told, exchange, wantsFigures });
    };
  }

  /** Asks the parent how it is. */
  ask(): void {
    if (this.#channel.readyState !== "open") return;
    if (!this.#understandsNumbers) return this.#channel.send(encodeQuestion(null));
    this.#number = nextNumber(this.#number);
    for (const number of this.#open.keys()) {
      if (this.#open.size >= MAX_OPEN) this.#open.delete(number);
    }
    this.#open.set(this.#number, performance.now());
    this.#channel.send(encodeQuestion(this.#number));
  }

  /** Tells the parent what it wants to know; what is lost is not sent again. */
  tell(text: string): void {
    if (this.#channel.readyState === "open") this.#channel.send(text);
  }

  #take(number: number): number | undefined {
    const askedAt = this.#open.get(number);
    this.#open.delete(number);
    return askedAt;
  }
}

/** Answers the child's questions from now on. */
export function answerStatus(connection: RTCPeerConnection, answering: Answering): void {
  const { flow, pace, tell, wantsFigures, onTold } = answering;
  connection.ondatachannel = ({ channel }) => {
    if (channel.label !== LABEL) return;
    channel.onmessage = async ({ data }) => {
      const receivedAt = performance.now();
      const question = decodeQuestion(data);
      if (!question) return onTold(data);
      const { number } = question;
      const [flows, told] = await Promise.all([flow(), tell(number !== null)]);
      if (channel.readyState !== "open") return;
      const times = number === null ? null : { number, receivedAt, answeredAt: performance.now() };
      const toChild = { pace: pace(), wantsFigures: wantsFigures() };
      channel.send(encodeStatus(flows, told, times, toChild));
    };
  };
}
