/**
 * What is live, as it changes, from the service's event streams: the list, or one broadcast. Knows
 * nothing of what is done with it. EventSource reconnects by itself after a network fault but gives
 * up on an HTTP error (a restart behind a proxy is one), so that case is retried here.
 */
import type { BroadcastList, BroadcastSummary } from "../../lib/broadcast_summary.ts";
import { applyChanges } from "../../lib/list_changes.ts";

/** First and longest pause before another try: soon for a blip, gentle on a service that is down. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** What can be followed tells whether there is a connection. */
interface Following {
  /** Called with false while there is no connection, and with true when it is back. */
  onConnected?: (connected: boolean) => void;
}

/** Follows the list of public broadcasts until the returned function is called. */
export function followList(
  { onList, onConnected }: Following & { onList: (list: BroadcastList) => void },
): () => void {
  let list: BroadcastList | null = null;
  return follow("/api/broadcasts/events?changes", {
    onConnected,
    events: {
      list: (data) => onList(list = data as BroadcastList),
      changes(data) {
        if (list) onList(list = applyChanges(list, data as Parameters<typeof applyChanges>[1]));
      },
    },
  });
}

/**
 * Follows one broadcast, listed or not, until the returned function is called: whether it is live (null
 * when it is not), how many watch it, and since when.
 */
export function followBroadcast(
  name: string,
  { onBroadcast, onConnected }: Following & {
    onBroadcast: (broadcast: BroadcastSummary | null) => void;
  },
): () => void {
  return follow(`/api/broadcasts/${encodeURIComponent(name)}/events`, {
    onConnected,
    events: { broadcast: (data) => onBroadcast(data as BroadcastSummary | null) },
  });
}

function follow(
  path: string,
  { events, onConnected }: Following & { events: Record<string, (data: unknown) => void> },
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  function open() {
    source = new EventSource(path);
    source.addEventListener("open", () => {
      retryMs = FIRST_RETRY_MS;
      onConnected?.(true);
    });
    for (const [name, take] of Object.entries(events)) {
      source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    }
    source.addEventListener("error", () => {
      onConnected?.(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, retryMs * (0.5 + Math.random()));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    });
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
