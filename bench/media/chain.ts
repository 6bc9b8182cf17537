/**
 * A broadcast and a chain of viewers below it, in pages of their own or all in one, and what they
 * count and see by depth: index 0 is the first viewer.
 */
import type { RelayMode } from "../../lib/client/mod.ts";
import type { Got, Sent } from "./page/connections.ts";
import type { LaneFigures, LinkTrace } from "./page/relay_ends.ts";
import type { Phase, Seen, Waits } from "./page/viewer.ts";
import { LENGTHS, type Shape } from "./options.ts";
import { within } from "../program.ts";
import type { MeasuredPage, Stage, Theatre } from "./stage.ts";

/** The tree is told a moment after a join. */
const TREE_TIMEOUT_MS = 5_000;
const POLL_MS = 50;

/** Of a parent. */
const CHANGE_TIMEOUT_MS = 10_000;

/** One link, at both its ends; numbers only ever grow. */
export interface LinkCounts {
  sent: Sent;
  got: Got;
}

/** What a chain has counted so far. */
export interface ChainCounts {
  links: LinkCounts[];
  lanes: LaneFigures[];
}

/** What was heard and traced in a chain. */
export interface ChainHeard {
  sourceDb: number;
  levelsDb: number[];
  /** Null where nothing is forwarded. */
  traces: LinkTrace[] | null;
}

let broadcastCount = 0;

/** See the module's paragraph. */
export class Chain {
  readonly #theatre: Theatre;
  readonly #where: { url: string; name: string; relayMode: RelayMode };
  readonly #shape: Shape;
  readonly #broadcaster: MeasuredPage;
  /** Of the viewers, in the order of their depth. */
  readonly #pages: MeasuredPage[] = [];
  /** How long each of them waited at first. */
  readonly waits: Waits[] = [];

  private constructor(
    stage: Stage,
    { theatre, broadcaster, shape, relayMode }: {
      theatre: Theatre;
      broadcaster: MeasuredPage;
      shape: Shape;
      relayMode: RelayMode;
    },
  ) {
    this.#theatre = theatre;
    this.#broadcaster = broadcaster;
    this.#shape = shape;
    this.#where = { url: stage.url, name: `bench ${++broadcastCount}`, relayMode };
  }

  /** Begins a broadcast, and has viewers join one after the other. */
  static async build(
    stage: Stage,
    { theatre, shape, relayMode }: { theatre: Theatre; shape: Shape; relayMode: RelayMode },
  ): Promise<Chain> {
    const broadcaster = await theatre.open();
    const chain = new Chain(stage, { theatre, broadcaster, shape, relayMode });
    const { url, name } = chain.#where;
    await broadcaster.ask("broadcast", { url, name });
    for (let i = 0; i < LENGTHS[shape]; i++) chain.waits.push(await chain.#add());
    return chain;
  }

  /** The number of viewers. */
  get length(): number {
    return this.waits.length;
  }

  /** Has the last viewer leave and join anew. */
  async rejoin(): Promise<Waits> {
    await this.#pages.pop()!.ask("leave");
    await this.#untilDepth(this.length - 1);
    return await this.#add();
  }

  /** Begins a phase for every viewer; resolves with what they saw in the one before. */
  async begin(phase: Phase): Promise<Seen[]> {
    return (await this.#askViewers((page) => page.ask("begin", phase))).flat();
  }

  /** Counts at both ends of every link. */
  async count(): Promise<ChainCounts> {
    // A viewer that is just changing its parent has no link to count at.
    for (const end = performance.now() + CHANGE_TIMEOUT_MS;;) {
      const { links, lanes } = await this.#tryToCount();
      const whole = links.filter((link) => link !== null);
      if (whole.length === links.length) return { links: whole, lanes };
      if (performance.now() > end) throw new Error(`Nothing comes to ${links.indexOf(null) + 1}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Begins to listen to the tone and to trace frames. */
  async listen(): Promise<void> {
    await Promise.all([
      this.#broadcaster.ask("listen"),
      this.#askViewers((page) => page.ask("listen")),
    ]);
  }

  /** Ends that. */
  async endListening(): Promise<ChainHeard> {
    const viewers = await this.#askViewers((page) => page.ask("endListening"));
    const { levelsDb: [sourceDb] } = await this.#broadcaster.ask("endListening");
    return {
      sourceDb: sourceDb!,
      levelsDb: viewers.flatMap(({ levelsDb }) => levelsDb),
      traces: viewers.some(({ traces }) => !traces) ? null : viewers.flatMap((it) => it.traces!),
    };
  }

  async #tryToCount(): Promise<{ links: (LinkCounts | null)[]; lanes: LaneFigures[] }> {
    const { sent } = await this.#broadcaster.ask("count");
    const counts = await this.#askViewers((page) => page.ask("count"));
    const allSent = [...sent, ...counts.flatMap(({ sent }) => sent)];
    const links = counts.flatMap(({ got }) => got).map((got) => {
      const sent = allSent.find(({ ssrc }) => ssrc === got?.ssrc);
      return got && sent ? { got, sent } : null;
    });
    return { links, lanes: counts.flatMap(({ lanes }) => lanes) };
  }

  async #add(): Promise<Waits> {
    const shared = this.#shape === "one page" ? this.#pages[0] : undefined;
    const page = shared ?? await this.#theatre.open();
    const waits = await page.ask("watch", this.#where);
    this.#pages.push(page);
    await this.#untilDepth(this.#pages.length);
    return waits;
  }

  /** In a chain there are as many levels as viewers. */
  async #untilDepth(depth: number): Promise<void> {
    let isDone = false;
    const wait = async () => {
      while (!isDone && await this.#broadcaster.ask("depth") !== depth) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    };
    try {
      await within(TREE_TIMEOUT_MS, `A chain of ${depth}`, wait());
    } finally {
      isDone = true;
    }
  }

  #askViewers<T>(ask: (page: MeasuredPage) => Promise<T>): Promise<T[]> {
    return Promise.all([...new Set(this.#pages)].map(ask));
  }
}
