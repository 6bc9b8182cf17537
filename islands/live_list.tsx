/**
 * The broadcasts that are live, on the home page: rendered by the server, then kept current by the
 * event stream. Knows nothing of the SDK; a card is only a link to the page that watches.
 */
import { useRef } from "preact/hooks";
import { type BroadcastList, LIST_LENGTH } from "../lib/broadcast_summary.ts";
import { BroadcastCard } from "./home/card.tsx";
import { useCards } from "./home/use_cards.ts";
import { useNow } from "./parts/use_now.ts";
import { growTree, RiverMark } from "./river/river_mark.tsx";

/** What the server hands to the list. */
export interface LiveListProps {
  list: BroadcastList;
  /** Which page of the list this is, from 1 on. */
  page: number;
  /** The server's time in milliseconds, so that both sides first render the same ages. */
  now: number;
}

/** How many cards are seen at once on a large screen; their pictures do not wait for the page to be scrolled. */
const SEEN_AT_ONCE = 8;

/** Lists the live broadcasts and invites to start one when there are none. */
export function LiveList(props: LiveListProps) {
  const { page } = props;
  const frame = useRef<HTMLDivElement>(null);
  // Later pages stay as they were: whoever turns pages does not want them to turn by themselves.
  const { cards, total, isConnected } = useCards(frame, props.list, page === 1);
  const now = useNow(15_000, props.now);

  return (
    <>
      <p class="live-count" role="status">
        {isConnected ? countSentence(total) : "Connection lost. Reconnecting…"}
      </p>
      <div class="live-body" ref={frame}>
        {cards.length === 0 ? <NothingLive /> : (
          <ul class="live-list">
            {cards.map(({ broadcast, isNew, overAt }, i) => (
              <li key={broadcast.name} data-new={isNew}>
                <BroadcastCard
                  broadcast={broadcast}
                  now={now}
                  isOver={overAt !== null}
                  isLazy={i >= SEEN_AT_ONCE}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
      <Pages page={page} total={total} />
    </>
  );
}

function NothingLive() {
  return (
    <div class="live-empty">
      <div>
        <p class="live-empty-title">The river is quiet.</p>
        <p>
          Nobody is live at the moment.{" "}
          <a href="/studio">Be the source</a>: it takes a camera, a name and one click. New
          broadcasts appear here by themselves.
        </p>
      </div>
      <RiverMark
        tree={growTree(9, 3)}
        size={{ width: 320, height: 180, gap: 4, mouth: 26, margin: 18, stagger: 0.5 }}
        source={15}
      />
    </div>
  );
}

/** The way to what is not among the most watched; nothing while all of it fits one list. */
function Pages({ page, total }: { page: number; total: number }) {
  const last = Math.ceil(total / LIST_LENGTH);
  if (last <= 1 && page === 1) return null;
  return (
    <nav class="live-pages" aria-label="Pages of the list">
      {page > 1 && <a class="button" href={pagePath(page - 1)}>More watched</a>}
      <span>Page {page} of {Math.max(page, last)}</span>
      {page < last && <a class="button" href={pagePath(page + 1)}>Less watched</a>}
    </nav>
  );
}

function pagePath(page: number): string {
  return page === 1 ? "/#live" : `/?page=${page}#live`;
}

function countSentence(count: number): string {
  if (count === 0) return "No broadcasts";
  return count === 1 ? "1 broadcast" : `${count} broadcasts`;
}
