/**
 * What followers of a chat are sent, from what was read of it: everything at first, then what is new.
 * Pure; knows no session.
 */
import { KEPT_CHAT_MESSAGES, type ServerMessageOf } from "../../protocol/mod.ts";
import type { ChatReading } from "../../store/chat_store.ts";
import type { PeerId } from "../../tree/types.ts";

/** What followers are sent. */
export type ChatChanged = ServerMessageOf<"CHAT_CHANGED">;

/** Tells everything that a follower may know (CHAT-2). */
export function everything({ broadcast, rules, messages }: ChatReading, self: PeerId): ChatChanged {
  const kept = messages.slice(-KEPT_CHAT_MESSAGES);
  // Who has just come need not know of those before the first that it sees.
  const first = messages.length > kept.length ? kept[0]!.id : "";
  return {
    command: "CHAT_CHANGED",
    name: broadcast.name,
    self,
    messages: kept,
    hidden: rules.hidden.filter((id) => id > first),
    isOn: rules.isOn,
    isMuted: rules.muted.some(({ id }) => id === self),
    ...(self === broadcast.root ? { muted: rules.muted } : {}),
  };
}

/** Tells all followers what is new since an earlier reading; null when nothing is. */
export function news(before: ChatReading, { broadcast, rules, messages }: ChatReading) {
  const known = new Set(before.messages.map(({ id }) => id));
  const knownHidden = new Set(before.rules.hidden);
  // Of more than that in a moment nobody could read the first ones.
  const added = messages.filter(({ id }) => !known.has(id)).slice(-KEPT_CHAT_MESSAGES);
  const hidden = rules.hidden.filter((id) => !knownHidden.has(id));
  const isSwitched = rules.isOn !== before.rules.isOn;
  if (added.length === 0 && hidden.length === 0 && !isSwitched) return null;
  return {
    command: "CHAT_CHANGED",
    name: broadcast.name,
    ...(added.length > 0 ? { messages: added } : {}),
    ...(hidden.length > 0 ? { hidden } : {}),
    ...(isSwitched ? { isOn: rules.isOn } : {}),
  } satisfies ChatChanged;
}

/** Tells single followers what concerns only them: who is muted, and the broadcaster. */
export function personalNews(before: ChatReading, { broadcast, rules }: ChatReading) {
  const messages = new Map<PeerId, ChatChanged>();
  const [was, is] = [before, { rules }].map(({ rules }) =>
    new Set(rules.muted.map(({ id }) => id))
  );
  const changed = was!.symmetricDifference(is!);
  const { name, root } = broadcast;
  for (const id of changed) {
    messages.set(id, { command: "CHAT_CHANGED", name, isMuted: is!.has(id) });
  }
  if (changed.size > 0) messages.set(root, { command: "CHAT_CHANGED", name, muted: rules.muted });
  return messages;
}
