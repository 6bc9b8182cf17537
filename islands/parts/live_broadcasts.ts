/**
 * The list of live broadcasts as it changes, from the service's event stream. Knows nothing of what
 * is done with it. EventSource reconnects by itself after a network fault but gives up on an HTTP
 * error (a restart behind a proxy is one), so that case is retried here.
 */
import type { BroadcastSummary } from "../../lib/broadcast_summary.ts";

/** First and longest pause before another try: soon for a blip, gentle on a service that is down. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

interface FollowOptions {
  onList: (broadcasts: BroadcastSummary[]) => void;
  /** Called with false while there is no connection, and with true when it is back. */
  onConnected?: (connected: boolean) => void;
}

/** Follows the live broadcasts until the returned function is called. */
export function followBroadcasts({ onList, onConnected }: FollowOptions): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  function open() {
    source = new EventSource("/api/broadcasts/events");
    source.addEventListener("open", () => {
      retryMs = FIRST_RETRY_MS;
      onConnected?.(true);
    });
    source.addEventListener("broadcasts", (event) => onList(JSON.parse(event.data)));
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
