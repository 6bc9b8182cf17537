/**
 * Which cards the home page shows, and in which order. Nothing moves under a hand that is about to
 * press it: cards keep their places, new ones come last, and what is over stays in its place for a
 * while, for as long as somebody's pointer or focus is on the list. Pure: what time it is comes in as
 * a number. This module is browser compatible.
 */
import type { BroadcastList, BroadcastSummary } from "../../lib/broadcast_summary.ts";

/** How long a card says that its broadcast has ended, in ms: long enough to see which it was. */
const OVER_SHOWN_MS = 6_000;

/** A card. */
export interface Card {
  broadcast: BroadcastSummary;
  /** Came while the page was open. */
  isNew: boolean;
  /** When its broadcast was over, in ms; null while it is live. */
  overAt: number | null;
}

/** Makes the cards that a page begins with, in the order of the list. */
export function cardsOf({ broadcasts }: BroadcastList): Card[] {
  return broadcasts.map((broadcast) => ({ broadcast, isNew: false, overAt: null }));
}

/**
 * Brings cards up to date with a list.
 *
 * @param isHeld true while somebody's pointer or focus is on the cards
 */
export function arrange(
  cards: Card[],
  { broadcasts, total }: BroadcastList,
  { now, isHeld }: { now: number; isHeld: boolean },
): Card[] {
  const live = new Map(broadcasts.map((broadcast) => [broadcast.name, broadcast]));
  // A list of some is that of the most watched: who is not in it any more may be live all the same.
  const isAll = total <= broadcasts.length;
  const kept = cards.flatMap((card): Card[] => {
    const broadcast = live.get(card.broadcast.name);
    if (broadcast) {
      live.delete(broadcast.name);
      return [{ ...card, broadcast, overAt: null }];
    }
    if (isAll) return [{ ...card, overAt: card.overAt ?? now }];
    return isHeld ? [card] : [];
  });
  const came = [...live.values()].map((broadcast) => ({ broadcast, isNew: true, overAt: null }));
  return clear([...kept, ...came], { now, isHeld });
}

/** Takes away the cards of what was over a while ago. */
export function clear(cards: Card[], { now, isHeld }: { now: number; isHeld: boolean }): Card[] {
  if (isHeld) return cards;
  return cards.filter(({ overAt }) => overAt === null || now - overAt < OVER_SHOWN_MS);
}
