/**
 * The home page's cards as state: follows the list of what is live, and knows when somebody's hand
 * is on it. Draws nothing.
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BroadcastList } from "../../lib/broadcast_summary.ts";
import { followList } from "../parts/live_broadcasts.ts";
import { arrange, cardsOf, clear } from "./arrange.ts";

/** How often it is looked whether a card has said for long enough that its broadcast has ended, in ms. */
const CLEAR_MS = 1_000;

/**
 * Keeps the cards of a list.
 *
 * @param frame the element that has them
 * @param follows false for a list that is to stay as it is
 */
export function useCards(
  frame: RefObject<HTMLElement | null>,
  first: BroadcastList,
  follows: boolean,
) {
  const [cards, setCards] = useState(() => cardsOf(first));
  const [total, setTotal] = useState(first.total);
  const [isConnected, setConnected] = useState(true);
  const latest = useRef(first);
  const isHeld = () =>
    frame.current?.matches(":hover") === true || frame.current?.matches(":focus-within") === true;

  useEffect(() => {
    if (!follows) return;
    return followList({
      onConnected: setConnected,
      onList(list) {
        latest.current = list;
        setTotal(list.total);
        setCards((old) => arrange(old, list, { now: Date.now(), isHeld: isHeld() }));
      },
    });
  }, []);

  const isAnyOver = cards.some(({ overAt }) => overAt !== null);
  useEffect(() => {
    if (!isAnyOver) return;
    const timer = setInterval(
      () => setCards((old) => clear(old, { now: Date.now(), isHeld: isHeld() })),
      CLEAR_MS,
    );
    return () => clearInterval(timer);
  }, [isAnyOver]);

  useEffect(() => {
    // Nobody sees it: the time to bring everything into its order.
    const sort = () => {
      if (follows && document.hidden) setCards(cardsOf(latest.current));
    };
    document.addEventListener("visibilitychange", sort);
    return () => document.removeEventListener("visibilitychange", sort);
  }, []);

  return { cards, total, isConnected };
}
