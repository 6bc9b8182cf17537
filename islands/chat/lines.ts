/**
 * What stands in the list of a chat, and how: pure.
 * This module is browser compatible.
 */
import type { ChatMessage } from "../../lib/protocol/messages.ts";

/** A line of the list: a message, or some in a row that have been hidden. */
export type Line =
  | { kind: "message"; id: string; message: ChatMessage }
  | { kind: "hidden"; id: string; count: number };

/** Puts messages and ids of hidden ones into one list; ids say where each belongs. */
export function linesOf(messages: readonly ChatMessage[], hidden: readonly string[]): Line[] {
  const all = [
    ...messages.map((message) => ({ id: message.id, message })),
    ...hidden.map((id) => ({ id, message: null })),
  ];
  all.sort((a, b) => (a.id < b.id ? -1 : 1));
  const lines: Line[] = [];
  for (const { id, message } of all) {
    const last = lines.at(-1);
    if (message) lines.push({ kind: "message", id, message });
    else if (last?.kind === "hidden") last.count++;
    else lines.push({ kind: "hidden", id, count: 1 });
  }
  return lines;
}

/** A piece of a message; with an address it is a link. */
export interface Piece {
  text: string;
  href?: string;
}

/** What looks like a link; what ends a sentence is not part of it. */
const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** Finds the links in a message. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    if (!URL.canParse(link)) continue;
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: link, href: link });
    end = index + link.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** How many colours there are for names (static/chat.css). */
const COLOURS = 8;

/** Says which colour somebody's name has: the same one for as long as they are here. */
export function colourOf(peer: string): number {
  let hash = 0;
  for (const unit of peer) hash = (Math.imul(hash, 31) + unit.codePointAt(0)!) >>> 0;
  return hash % COLOURS;
}
