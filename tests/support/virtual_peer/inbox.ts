/**
 * What a virtual peer has received and who waits for it. Every message is handed out once: to the
 * oldest request it answers, else to the first waiter it matches. Knows nothing of sockets.
 */
import type {
  ClientCommand,
  ServerCommand,
  ServerMessage,
  ServerMessageOf,
} from "../../../lib/protocol/mod.ts";

/** Answers whether a message is the one that is waited for. */
export type Matcher = (message: ServerMessage) => boolean;

/** A command that the server acknowledges with `<command>_RECEIVED`. */
export type RequestCommand = {
  [C in ClientCommand]: `${C}_RECEIVED` extends ServerCommand ? C : never;
}[ClientCommand];

/** The acknowledgement of a command. */
export type AnswerTo<C extends RequestCommand> = ServerMessageOf<
  Extract<ServerCommand, `${C}_RECEIVED`>
>;

/** The server answered a request with ERROR, or made it pointless. */
export class RefusedError extends Error {
  override name = "RefusedError";

  /**
   * @param code the stable code of the ERROR; undefined from the prototype's server;
   * `broadcast_ended` for a join that was answered with BROADCAST_ENDED; `given_up` for a join
   * that a later join or leave of the same peer replaced.
   */
  constructor(readonly code: string | undefined, message: string) {
    super(message);
  }
}

/** What was awaited did not come in time. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** The connection closed, or never opened, while something was awaited. */
export class ConnectionClosedError extends Error {
  override name = "ConnectionClosedError";
}

/** The request that a waiter waits to see answered. */
export interface Request {
  command: RequestCommand;
  /** The broadcast, if it is a join. */
  name?: string;
}

interface Waiter {
  matches: Matcher;
  resolve: (message: ServerMessage) => void;
  reject: (error: Error) => void;
  timer?: ReturnType<typeof setTimeout>;
  request?: Request;
}

/** The messages of one connection. */
export class Inbox {
  /** Every message in the order it came; empty unless messages are kept. */
  readonly received: ServerMessage[] = [];
  readonly #keeps: boolean;
  readonly #claimed = new WeakSet<ServerMessage>();
  #waiters: Waiter[] = [];
  #closed: ConnectionClosedError | undefined;

  /** @param options.keeps false: messages nobody waits for are forgotten. */
  constructor({ keeps }: { keeps: boolean }) {
    this.#keeps = keeps;
  }

  /** Takes a message in and hands it to whoever waits for it. */
  put(message: ServerMessage): void {
    if (this.#keeps) this.received.push(message);
    const waiter = this.#takeWaiter((waiter) => isAnsweredBy(waiter, message)) ??
      this.#takeWaiter((waiter) => waiter.matches(message));
    if (waiter) {
      this.#claimed.add(message);
      if (message.command === "ERROR" && waiter.request) {
        waiter.reject(new RefusedError(message.code, message.message));
      } else waiter.resolve(message);
    }
    if (message.command === "BROADCAST_ENDED") {
      const error = new RefusedError("broadcast_ended", `Broadcast ended: ${message.name}`);
      this.#rejectAll((waiter) => waiter.request?.name === message.name, error);
    }
  }

  /** Resolves with the first match that nobody was given yet, received already or still to come. */
  next(matches: Matcher, { what, timeoutMs }: { what: string; timeoutMs: number }) {
    const earlier = this.received.find((message) =>
      !this.#claimed.has(message) && matches(message)
    );
    if (!earlier) return this.#wait({ matches }, { what, timeoutMs });
    this.#claimed.add(earlier);
    return Promise.resolve(earlier);
  }

  /** Resolves with the answer to a request that is about to be sent. */
  answerTo(request: Request, { timeoutMs }: { timeoutMs: number }): Promise<ServerMessage> {
    const matches: Matcher = ({ command }) => command === `${request.command}_RECEIVED`;
    return this.#wait({ matches, request }, { what: `answer to ${request.command}`, timeoutMs });
  }

  /** Rejects the requests of a command that will not be answered any more. */
  giveUp(command: RequestCommand): void {
    const error = new RefusedError("given_up", "Replaced by a later command of the same peer");
    this.#rejectAll((waiter) => waiter.request?.command === command, error);
  }

  /** Rejects whatever is waited for, now and from now on. */
  close(error: ConnectionClosedError): void {
    this.#closed = error;
    this.#rejectAll(() => true, error);
  }

  #wait(
    { matches, request }: { matches: Matcher; request?: Request },
    { what, timeoutMs }: { what: string; timeoutMs: number },
  ): Promise<ServerMessage> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { matches, resolve, reject, request };
      // Infinity costs no timer: whoever makes thousands of requests watches over them himself.
      if (timeoutMs !== Infinity) {
        waiter.timer = setTimeout(() => {
          this.#takeWaiter((other) => other === waiter);
          const last = this.received.slice(-10).map(({ command }) => command).join(", ");
          reject(
            new TimeoutError(
              `No ${what} within ${timeoutMs} ms; last received: ${last || "nothing"}`,
            ),
          );
        }, timeoutMs);
      }
      this.#waiters.push(waiter);
    });
  }

  #takeWaiter(isIt: (waiter: Waiter) => boolean): Waiter | undefined {
    const index = this.#waiters.findIndex(isIt);
    if (index < 0) return undefined;
    const [waiter] = this.#waiters.splice(index, 1);
    clearTimeout(waiter!.timer);
    return waiter;
  }

  #rejectAll(isIt: (waiter: Waiter) => boolean, error: Error): void {
    for (let waiter; (waiter = this.#takeWaiter(isIt));) waiter.reject(error);
  }
}

/** An ERROR without a code is the prototype's; it is taken to answer the oldest request. */
function isAnsweredBy({ matches, request }: Waiter, message: ServerMessage): boolean {
  if (!request) return false;
  if (message.command !== "ERROR") return matches(message);
  return message.code === undefined || message.answers === request.command;
}
