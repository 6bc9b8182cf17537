/**
 * What an embedded player and the page around it say to each other by `postMessage`, as
 * docs/EMBEDDING.md tells it. Pure.
 *
 * Any page may frame the player, so the player does not ask who that is: what it tells is only what
 * that page could see by watching itself, and what it does when told is what a viewer could do. It
 * listens to the page around it, and to nobody else.
 * This module is browser compatible.
 */
import type { PlayerState } from "../../lib/client/visit/player_state.ts";

/** What the page around may tell the player to do. */
export type EmbedCommand = "play" | "mute" | "unmute" | "leave";

const COMMANDS: ReadonlySet<unknown> = new Set<EmbedCommand>(["play", "mute", "unmute", "leave"]);

/** What the player tells. */
export type EmbedEvent =
  /** The words are those of a `<tributary-player>`. */
  | { event: "state"; state: PlayerState }
  | {
    event: "stats";
    latencyMs: number | null;
    depth: number | null;
    viewers: number | null;
  };

/** Returns the command in a message of the page around; null for anything else. */
export function readCommand(data: unknown): EmbedCommand | null {
  if (typeof data !== "object" || data === null) return null;
  const { target, command } = data as { target?: unknown; command?: unknown };
  return target === "tributary" && COMMANDS.has(command) ? command as EmbedCommand : null;
}

/** Returns the message that carries an event about the broadcast `name`. */
export function toMessage(name: string, event: EmbedEvent): object {
  return { source: "tributary", name, ...event };
}
