/**
 * What the encoders of a peer's children are told, all of them the same: how many bits and pictures a
 * second, and that the picture keeps its size. Knows nothing of where the picture comes from.
 * This module is browser compatible.
 */
import { DEGRADATION_PREFERENCE, type Encoding } from "../quality.ts";

/** Tells the senders of pictures, those that are there and those that come. */
export class Encoders {
  #encoding: Encoding;
  /** What is under way for each sender: it takes one change at a time. */
  readonly #senders = new Map<RTCRtpSender, Promise<void>>();

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  /** What they are told at present. */
  get encoding(): Encoding {
    return this.#encoding;
  }

  /** Tells all of them something else. */
  set(encoding: Encoding): void {
    this.#encoding = encoding;
    for (const sender of this.#senders.keys()) void this.#tell(sender);
  }

  /** Tells one more; resolves when it knows. */
  add(sender: RTCRtpSender): Promise<void> {
    this.#senders.set(sender, Promise.resolve());
    return this.#tell(sender);
  }

  /** Forgets one. */
  remove(sender: RTCRtpSender): void {
    this.#senders.delete(sender);
  }

  #tell(sender: RTCRtpSender): Promise<void> {
    const told = this.#senders.get(sender)!.then(() => tell(sender, this.#encoding));
    this.#senders.set(sender, told);
    return told;
  }
}

async function tell(sender: RTCRtpSender, { maxBitrate, maxFramerate }: Encoding): Promise<void> {
  try {
    const parameters = sender.getParameters();
    parameters.degradationPreference = DEGRADATION_PREFERENCE;
    if (!parameters.encodings?.length) parameters.encodings = [{}];
    for (const encoding of parameters.encodings) {
      encoding.maxBitrate = maxBitrate;
      if (maxFramerate) encoding.maxFramerate = maxFramerate;
      else delete encoding.maxFramerate;
    }
    await sender.setParameters(parameters);
  } catch {
    // Some browsers want this only after negotiation, and a link may be closed; it only helps.
  }
}
