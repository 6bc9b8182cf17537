/**
 * Ends the process in good order. Every isolate of `deno serve --parallel` gets the signal, but an
 * exit in one of them ends them all: so each says when it is done, and all exit together.
 */

/** Deno Deploy sends SIGINT and, 5 s later, SIGKILL; this leaves room on either side. */
const DEADLINE_MS = 3_000;

/** What the end of an isolate needs. */
export interface ShutdownOptions {
  /** Ids of the other isolates that are running. */
  others: () => string[];
  /** This isolate's id. */
  instance: string;
  /** Gives everything up: sockets, leases, handles. */
  release: () => Promise<void>;
}

/** Exits after SIGINT or SIGTERM, when every isolate has released what it held or time is up. */
export function exitOnSignal({ others, instance, release }: ShutdownOptions): void {
  const channel = new BroadcastChannel("tributary/shutdown");
  const done = new Set<string>();
  let waitingFor: string[] | null = null;
  const exitWhenAllAreDone = () => {
    if (waitingFor?.every((id) => done.has(id))) Deno.exit(0);
  };
  channel.onmessage = ({ data }) => {
    done.add(data);
    exitWhenAllAreDone();
  };
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    setTimeout(() => Deno.exit(0), DEADLINE_MS);
    const running = others();
    try {
      await release();
    } finally {
      channel.postMessage(instance);
      // A turn for the message to leave before this isolate might end the process.
      setTimeout(() => {
        waitingFor = running;
        exitWhenAllAreDone();
      }, 20);
    }
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  keepForOurselves();
}

/**
 * Keeps `deno serve` from listening for the same signals, as it does once this module's importer has
 * been loaded: it would close all WebSockets with 1001 at once, and clients would not learn that the
 * service restarts (1012).
 */
function keepForOurselves(): void {
  const addSignalListener = Deno.addSignalListener;
  Deno.addSignalListener = (signal, handler) => {
    if (!SIGNALS.includes(signal)) addSignalListener(signal, handler);
  };
}

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];
