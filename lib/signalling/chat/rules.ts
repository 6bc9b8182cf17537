/**
 * What a broadcaster can decide about a chat, as changes of its rules. Pure.
 */
import { MAX_MUTED } from "../../protocol/mod.ts";
import type { ChatReading, ChatRules } from "../../store/chat_store.ts";
import type { PeerId } from "../../tree/types.ts";

/** Hidden messages that are remembered: twice as many as are kept, for those who still see older ones. */
const MAX_HIDDEN = 100;

/** What a broadcaster wants; each field by itself. */
export interface ChatDecision {
  /** The id of a message that is not to be seen any more. */
  hide?: string;
  mute?: { id: PeerId; name: string };
  unmute?: PeerId;
  isOn?: boolean;
}

/** Puts a decision into the rules; returns the same ones if it changes nothing. */
export function decide(rules: ChatRules, { hide, mute, unmute, isOn }: ChatDecision): ChatRules {
  let { muted, hidden } = rules;
  if (hide !== undefined && !hidden.includes(hide)) hidden = [...hidden, hide].slice(-MAX_HIDDEN);
  if (mute && !muted.some(({ id }) => id === mute.id)) muted = [...muted, mute].slice(-MAX_MUTED);
  if (muted.some(({ id }) => id === unmute)) muted = muted.filter(({ id }) => id !== unmute);
  const isChanged = muted !== rules.muted || hidden !== rules.hidden ||
    (isOn !== undefined && isOn !== rules.isOn);
  return isChanged ? { isOn: isOn ?? rules.isOn, muted, hidden } : rules;
}

/** Says why a peer may not write or react now; null if it may. */
export function refusal(
  { rules, broadcast }: ChatReading,
  from: PeerId,
): "chat_off" | "chat_muted" | null {
  if (!rules.isOn) return "chat_off";
  // Nobody can silence the broadcaster, who would have to unmute itself.
  return from !== broadcast.root && rules.muted.some(({ id }) => id === from) ? "chat_muted" : null;
}
