/**
 * The figures of the links below a peer, for a page that loads what keeps them only when somebody looks:
 * most peers are never asked. Until then nobody is told, and nothing is known.
 * This module is browser compatible.
 */
import type { LinkFigures } from "./figures.ts";
import type { TreeFigures, TreeStats } from "./tree_figures.ts";

/** Keeps the figures below one peer, from when they are wanted. */
export class FiguresOnDemand {
  #figures: TreeFigures | null = null;
  #isLoading = false;

  /** Whether the children are to tell theirs. */
  get isWanted(): boolean {
    return this.#figures?.isWanted(performance.now()) ?? false;
  }

  /** Takes in what a child sends. */
  handleMessage(via: string, data: unknown): void {
    this.#figures?.handleMessage(via, data, performance.now());
  }

  /** Forgets a child that has gone. */
  forget(via: string): void {
    this.#figures?.forget(via);
  }

  /** What is known now, for somebody who looks at it. */
  look(own: LinkFigures | null): TreeStats {
    this.#load();
    return this.#figures?.look(own, performance.now()) ?? { own, peers: [], levels: [] };
  }

  /** Takes in that the parent asks, and returns the messages that it is to be sent now. */
  takeTurn(own: LinkFigures): string[] {
    this.#load();
    return this.#figures?.takeTurn(own, performance.now()) ?? [];
  }

  async #load(): Promise<void> {
    if (this.#figures || this.#isLoading) return;
    this.#isLoading = true;
    try {
      const { TreeFigures } = await import("./tree_figures.ts");
      this.#figures = new TreeFigures();
    } catch {
      // Whoever looks, looks again.
    } finally {
      this.#isLoading = false;
    }
  }
}
