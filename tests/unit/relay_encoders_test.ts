/** Encoders, told by way of senders that take one change at a time, as browsers' do. */
import { assertEquals } from "@std/assert";
import { Encoders } from "../../lib/client/relay/encoders.ts";
import { assertEventually } from "../support/eventually.ts";

/** A sender that refuses parameters which were not the latest when they were read. */
class Sender {
  parameters = { transactionId: "0", encodings: [{}] } as unknown as RTCRtpSendParameters;
  taken = 0;
  refused = 0;

  getParameters(): RTCRtpSendParameters {
    return structuredClone(this.parameters);
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (parameters.transactionId !== this.parameters.transactionId) {
      this.refused++;
      throw new DOMException("Too late", "InvalidStateError");
    }
    this.taken++;
    this.parameters = { ...parameters, transactionId: String(this.taken) };
  }

  get told() {
    const { encodings, degradationPreference } = this.parameters;
    return { ...encodings[0], degradationPreference };
  }
}

const add = (encoders: Encoders, sender: Sender) => encoders.add(sender as unknown as RTCRtpSender);

const THRIFTY = { maxBitrate: 700_000, maxFramerate: 30 };
const LAVISH = { maxBitrate: 5_000_000 };
const KEEPS_SIZE = { degradationPreference: "maintain-resolution" } as const;

Deno.test("encoders: those that are there and those that come are told the same", async () => {
  const encoders = new Encoders(LAVISH);
  const [first, second] = [new Sender(), new Sender()];
  await add(encoders, first);
  assertEquals(first.told, { ...LAVISH, ...KEEPS_SIZE });
  encoders.set(THRIFTY);
  await add(encoders, second);
  for (const sender of [first, second]) {
    await assertEventually(() => sender.told, { ...THRIFTY, ...KEEPS_SIZE });
    assertEquals(sender.refused, 0);
  }
});

Deno.test("encoders: the last of many changes counts, and none is refused", async () => {
  const encoders = new Encoders(THRIFTY);
  const sender = new Sender();
  const added = add(encoders, sender);
  for (const encoding of [LAVISH, THRIFTY, LAVISH]) encoders.set(encoding);
  await added;
  await assertEventually(() => sender.taken, 4);
  assertEquals(sender.told, { ...LAVISH, ...KEEPS_SIZE });
  assertEquals(sender.refused, 0);
});

Deno.test("encoders: one that is forgotten is told nothing more, one that refuses spoils nothing", async () => {
  const encoders = new Encoders(THRIFTY);
  const [gone, closed, other] = [new Sender(), new Sender(), new Sender()];
  closed.setParameters = () => Promise.reject(new DOMException("Closed", "InvalidStateError"));
  for (const sender of [gone, closed, other]) await add(encoders, sender);
  encoders.remove(gone as unknown as RTCRtpSender);
  encoders.set(LAVISH);
  await assertEventually(() => other.taken, 2);
  assertEquals(gone.taken, 1);
});
