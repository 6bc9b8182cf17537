/**
 * Isolates that a test asks to do something and that answer one request after the other: both ends of
 * that talk. What is asked, and what is done, is the tests' own.
 */

/** A request of an isolate takes a few seconds on a busy machine. */
const REPLY_TIMEOUT_MS = 60_000;

type Reply = { reply: unknown } | { fault: string };

/** An isolate, seen from the test. */
export class AskedWorker<Request extends { ask: string }> {
  readonly #worker: Worker;

  constructor(module: URL) {
    this.#worker = new Worker(module, { type: "module" });
  }

  /** Asks for something; rejects with what the isolate throws. */
  async ask<T>(request: Request): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) =>
      "fault" in data ? reject(new Error(data.fault)) : resolve(data.reply as T);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    const timer = setTimeout(
      () => reject(new Error(`no reply to ${request.ask}`)),
      REPLY_TIMEOUT_MS,
    );
    this.#worker.postMessage(request);
    return await promise.finally(() => clearTimeout(timer));
  }

  /** Ends it at once, whatever it does; it gives nothing back. */
  terminate(): void {
    this.#worker.terminate();
  }
}

/** Answers what the test asks; to be called once, in the isolate. */
export function answerRequests<Request>(answer: (request: Request) => Promise<unknown>): void {
  const worker = globalThis as unknown as {
    onmessage: (event: MessageEvent<Request>) => void;
    postMessage(reply: Reply): void;
  };
  worker.onmessage = async ({ data }) => {
    try {
      worker.postMessage({ reply: await answer(data) });
    } catch (error) {
      const fault = error instanceof Error ? error.stack ?? error.message : String(error);
      worker.postMessage({ fault });
    }
  };
}
