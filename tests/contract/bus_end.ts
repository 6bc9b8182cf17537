/**
 * One end of a bus under test, driven by commands and read by reports, so that the same suite
 * drives a bus in this isolate and one in a worker. What a command list does happens in one task.
 */
import type { Bus, BusMessage } from "../../lib/bus/bus.ts";

/** What an end can be told to do. */
export type Command =
  | { do: "listen"; closeAfter?: number }
  | { do: "send"; to: string; message: BusMessage }
  | { do: "burst"; to: string; count: number; chars: number }
  | { do: "publish"; topic: string; message: BusMessage }
  | { do: "subscribe"; topic: string }
  | { do: "unsubscribe"; topic: string }
  | { do: "mutate-after-send"; to: string }
  | { do: "close" };

/** What an end has seen. */
export interface Report {
  messages: { from: string; message: BusMessage }[];
  hints: { topic: string; message: BusMessage }[];
  /** For each sender of a burst: how many arrived, and how many not as the next in order. */
  bursts: Record<string, { arrived: number; outOfOrder: number }>;
  /** Something was delivered while a command list was being carried out. */
  reentered: boolean;
}

/** One end of a bus, wherever it lives. */
export interface BusEnd {
  /** Carries commands out in one task; resolves with the name of the error each threw, or null. */
  run(...commands: Command[]): Promise<(string | null)[]>;
  report(): Promise<Report>;
}

/** Ends that can reach each other. */
export interface BusGroup {
  end(instance: string): BusEnd;
  stop(): Promise<void>;
}

/** Carries out commands on a bus in this isolate. */
export class LocalBusEnd implements BusEnd {
  #bus: Bus;
  #report: Report = { messages: [], hints: [], bursts: {}, reentered: false };
  #subscriptions = new Map<string, () => void>();
  #running = false;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  run(...commands: Command[]): Promise<(string | null)[]> {
    this.#running = true;
    const errors = commands.map((command) => {
      try {
        this.#carryOut(command);
        return null;
      } catch (error) {
        return (error as Error).name;
      }
    });
    this.#running = false;
    return Promise.resolve(errors);
  }

  report(): Promise<Report> {
    return Promise.resolve(structuredClone(this.#report));
  }

  #carryOut(command: Command): void {
    switch (command.do) {
      case "listen":
        return this.#listen(command.closeAfter ?? Infinity);
      case "send":
        return this.#bus.send(command.to, command.message);
      case "burst": {
        const padding = "x".repeat(command.chars);
        for (let n = 0; n < command.count; n++) this.#bus.send(command.to, { n, padding });
        return;
      }
      case "publish":
        return this.#bus.publish(command.topic, command.message);
      case "subscribe": {
        const { topic } = command;
        const end = this.#bus.subscribe(topic, (message) => {
          this.#report.reentered ||= this.#running;
          this.#report.hints.push({ topic, message });
        });
        this.#subscriptions.set(topic, end);
        return;
      }
      case "unsubscribe":
        return this.#subscriptions.get(command.topic)?.();
      case "mutate-after-send": {
        const message = { state: "as sent" };
        this.#bus.send(command.to, message);
        message.state = "changed later";
        return;
      }
      case "close":
        return this.#bus.close();
    }
  }

  #listen(closeAfter: number): void {
    this.#bus.onMessage((message, from) => {
      this.#report.reentered ||= this.#running;
      if (isOfBurst(message)) {
        const burst = this.#report.bursts[from] ??= { arrived: 0, outOfOrder: 0 };
        if (message.n !== burst.arrived++) burst.outOfOrder++;
      } else {
        this.#report.messages.push({ from, message });
        if (this.#report.messages.length === closeAfter) this.#bus.close();
      }
    });
  }
}

function isOfBurst(message: BusMessage): message is { n: number; padding: string } {
  return typeof message === "object" && message !== null && "padding" in message;
}

/** Waits for a condition; throws with `what` when it does not come true in time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
