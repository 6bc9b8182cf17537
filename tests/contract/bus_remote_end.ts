/**
 * The test's side of an end that is driven by requests (`bus_answers.ts`), whatever carries them.
 */
import type { OpenOptions, Request } from "./bus_answers.ts";
import type { BusEnd, Command, Report } from "./bus_end.ts";

/** Carries requests to an end and its replies back. */
export interface Port {
  post(message: { id: number; request: Request }): void;
  listen(onReply: (message: { id: number; reply: unknown }) => void): void;
  /** Ends it without a word. */
  terminate(): void | Promise<void>;
}

/** One end of a bus somewhere else. */
export class RemoteBusEnd implements BusEnd {
  #port: Port;
  #waiting = new Map<number, (reply: unknown) => void>();
  #lastId = 0;

  constructor(port: Port) {
    this.#port = port;
    port.listen(({ id, reply }) => {
      this.#waiting.get(id)?.(reply);
      this.#waiting.delete(id);
    });
  }

  open(instance: string, options: OpenOptions): Promise<unknown> {
    return this.#ask({ ask: "open", instance, options });
  }

  run(...commands: Command[]): Promise<(string | null)[]> {
    return this.#ask({ ask: "run", commands });
  }

  report(): Promise<Report> {
    return this.#ask({ ask: "report" });
  }

  near(): Promise<string[]> {
    return this.#ask({ ask: "near" });
  }

  terminate(): void | Promise<void> {
    return this.#port.terminate();
  }

  #ask<Reply>(request: Request): Promise<Reply> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (reply: unknown) => void);
      this.#port.post({ id, request });
    });
  }
}
