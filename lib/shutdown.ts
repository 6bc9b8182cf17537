/**
 * Ends the process in good order. Every isolate of `deno serve --parallel` gets the signal, but an
 * exit in one of them ends them all: so they keep a roll call of their own, whatever bus there is,
 * and the last one to be done ends the process.
 */
import { type Call, RollCall } from "./bus/roll_call.ts";
import { REAL_TIMERS } from "./bus/timers.ts";
import type { InstanceId } from "./tree/types.ts";

/** Deno Deploy sends SIGINT and, 5 s later, SIGKILL; this leaves room on either side. */
const DEADLINE_MS = 3_000;

/** How often an isolate says that it is done: channels lose posts, and the others wait for this one. */
const SAY_AGAIN_MS = 100;

/** What the end of an isolate needs. */
export interface ShutdownOptions {
  /** This isolate's id. */
  instance: InstanceId;
  /** Gives everything up: sockets, leases, handles. */
  release: () => Promise<void>;
}

/** Exits after SIGINT or SIGTERM, when every isolate has released what it held or time is up. */
export function exitOnSignal({ instance, release }: ShutdownOptions): void {
  const channel = new BroadcastChannel("tributary/shutdown");
  const post = (call: Call) => channel.postMessage(call);
  const ignore = () => {};
  const running = new RollCall({
    instance,
    timers: REAL_TIMERS,
    post,
    onNear: ignore,
    onGone: ignore,
  });
  let waitingFor: Set<InstanceId> | null = null;
  const exitWhenAllAreDone = () => {
    if (waitingFor?.size === 0) Deno.exit(0);
  };
  channel.onmessage = ({ data }: MessageEvent<Call>) => {
    if (!waitingFor) return running.receive(data);
    const [word, other] = data;
    // To be done is to say goodbye.
    if (word === "bye") waitingFor.delete(other);
    else waitingFor.add(other);
    exitWhenAllAreDone();
  };
  running.start();

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    setTimeout(() => Deno.exit(0), DEADLINE_MS);
    try {
      await release();
    } finally {
      waitingFor = new Set(running.near());
      running.close();
      setInterval(() => post(["bye", instance]), SAY_AGAIN_MS);
      exitWhenAllAreDone();
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
