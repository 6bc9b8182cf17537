/**
 * What the benchmark's pages can be asked to do, as the global `measured`. A page is the broadcaster,
 * or holds some viewers. Runs in pages.
 */
import { Tributary } from "../../../lib/client/mod.ts";
import type { RelayMode } from "../../../lib/client/mod.ts";
import { type Got, lookAtGot, lookAtSent, type Sent, watchConnections } from "./connections.ts";
import { type LaneFigures, type LinkTrace, lookAtLanes, trace, watchRelay } from "./relay_ends.ts";
import { startSource } from "./source.ts";
import { ToneMeter } from "./tone.ts";
import { type Phase, type Seen, Viewer, type Waits } from "./viewer.ts";

/** What a page counts; numbers only ever grow. */
export interface Counts {
  sent: Sent[];
  /** By viewer. */
  got: (Got | null)[];
  lanes: LaneFigures[];
}

/** What a phase of comparing has heard and traced. */
export interface Heard {
  /** Level of the tone in dB of full scale; by viewer, or the broadcaster's own. */
  levelsDb: number[];
  /** By viewer; null where nothing is forwarded. */
  traces: LinkTrace[] | null;
}

/** A name and where it is. */
export interface Where {
  url: string;
  name: string;
}

watchConnections();
watchRelay();

const viewers: Viewer[] = [];
let broadcaster: Tributary | null = null;
/** Levels of the tree below the broadcaster. */
let depth = 0;
let tone: ToneMeter | null = null;

const measured = {
  /** Begins a broadcast. */
  async broadcast({ url, name }: Where): Promise<void> {
    broadcaster = new Tributary({ url });
    broadcaster.on("treestatechanged", (tree) => {
      depth = 0;
      for (let level = tree.children; level.length > 0; depth++) {
        level = level.flatMap(({ children }) => children);
      }
    });
    broadcaster.setStream(startSource());
    await broadcaster.startBroadcast(name);
    await broadcaster.subscribeToTreeChanges();
  },

  /** Returns the levels of the tree below the broadcaster. */
  depth: (): number => depth,

  /** Adds a viewer to the page; resolves when that sees its first picture. */
  async watch({ url, name, relayMode }: Where & { relayMode: RelayMode }): Promise<Waits> {
    const viewer = new Viewer(url, relayMode);
    const waits = await viewer.watch(name);
    if (viewer.relayMode !== relayMode) throw new Error(`It does not relay by ${relayMode}`);
    viewers.push(viewer);
    return waits;
  },

  /** Has the last viewer leave. */
  async leave(): Promise<void> {
    await viewers.pop()!.leave();
  },

  /** Begins a phase for all viewers; resolves with what they saw in the one before. */
  begin: (phase: Phase): Seen[] => viewers.map((viewer) => viewer.begin(phase)),

  /** Counts what has gone out and come in. */
  async count(): Promise<Counts> {
    return {
      sent: await lookAtSent(),
      got: await Promise.all(viewers.map(({ receivers }) => lookAtGot(receivers))),
      lanes: await lookAtLanes(),
    };
  },

  /** Begins to listen, and to trace what passes through the relay. */
  async listen(): Promise<void> {
    const streams = broadcaster ? [broadcaster.stream!] : viewers.map(({ stream }) => stream);
    tone = new ToneMeter(streams);
    await trace(true, []);
  },

  /** Ends that. */
  async endListening(): Promise<Heard> {
    const levelsDb = await tone!.stop();
    return { levelsDb, traces: await trace(false, viewers.map(({ receivers }) => receivers)) };
  },
};

/** What `measured` is. */
export type Measured = typeof measured;

Object.assign(globalThis, { measured });
document.title = "ready";
