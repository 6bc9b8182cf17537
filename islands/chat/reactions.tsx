/**
 * Reactions: a bar to choose from, and what everybody feels, which floats up the list. Whoever wants
 * no motion sees it counted instead.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Reaction, ReactionCounts } from "../../lib/protocol/messages.ts";

/** The reactions, by their names on the wire. */
const PICTURES: Record<Reaction, { sign: string; label: string }> = {
  heart: { sign: "❤️", label: "Heart" },
  like: { sign: "👍", label: "Thumbs up" },
  laugh: { sign: "😂", label: "Laugh" },
  wow: { sign: "😮", label: "Wow" },
  clap: { sign: "👏", label: "Applause" },
  party: { sign: "🎉", label: "Party" },
};

const ALL = Object.keys(PICTURES) as Reaction[];

/** Signs that rise at once; of more, people see only that there are many. */
const MAX_FLOATS = 24;

/** Of one sum, in ms: they rise one after the other until the next sum comes. */
const SPREAD_MS = 500;

/** How long a sum is shown to who wants no motion. */
const COUNT_MS = 4_000;

/** Offers the reactions. */
export function ReactionBar({ disabled, onReact }: {
  disabled: boolean;
  onReact: (reaction: Reaction) => void;
}) {
  return (
    <div class="chat-reactions" role="group" aria-label="React">
      {ALL.map((reaction) => (
        <button
          key={reaction}
          type="button"
          aria-label={PICTURES[reaction].label}
          disabled={disabled}
          onClick={() => onReact(reaction)}
        >
          <span aria-hidden="true">{PICTURES[reaction].sign}</span>
        </button>
      ))}
    </div>
  );
}

/** Shows reactions as they come; the returned `show` takes them. */
export function useFloats() {
  const sky = useRef<HTMLDivElement>(null);
  const [counts, setCounts] = useState<ReactionCounts>({});
  const forget = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(forget.current), []);

  function show(more: ReactionCounts) {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return rise(sky.current, more);
    setCounts((old) => {
      const sum = { ...old };
      for (const reaction of ALL) {
        if (more[reaction]) sum[reaction] = (sum[reaction] ?? 0) + more[reaction];
      }
      return sum;
    });
    clearTimeout(forget.current);
    forget.current = setTimeout(() => setCounts({}), COUNT_MS);
  }

  const shown = ALL.filter((reaction) => counts[reaction]);
  const floats = (
    <>
      <div class="chat-sky" ref={sky} aria-hidden="true" />
      {shown.length > 0 && (
        <p class="chat-counts">
          {shown.map((reaction) => (
            <span key={reaction}>
              <span role="img" aria-label={PICTURES[reaction].label}>
                {PICTURES[reaction].sign}
              </span>{" "}
              {counts[reaction]}
            </span>
          ))}
        </p>
      )}
    </>
  );
  return { floats, show };
}

/** Lets signs rise, each on a way of its own. Not by Preact: they come and go without anybody's state. */
function rise(sky: HTMLElement | null, counts: ReactionCounts): void {
  if (!sky || document.hidden) return;
  for (const reaction of ALL) {
    const room = MAX_FLOATS - sky.childElementCount;
    for (let i = 0; i < Math.min(counts[reaction] ?? 0, room); i++) {
      const sign = document.createElement("span");
      sign.textContent = PICTURES[reaction].sign;
      sign.style.setProperty("--x", String(Math.random()));
      sign.style.setProperty("--sway", String(Math.random() * 2 - 1));
      sign.style.animationDelay = `${i === 0 ? 0 : Math.random() * SPREAD_MS}ms`;
      // Cancelled when the chat is hidden, or when motion is not wanted any more.
      for (const over of ["animationend", "animationcancel"]) {
        sign.addEventListener(over, () => sign.remove());
      }
      sky.append(sign);
    }
  }
}
