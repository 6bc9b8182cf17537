/**
 * Who is live, as the service's event stream tells. All players of a page share one stream for each
 * service: browsers allow a page no more than six to one place over HTTP/1.1.
 * This module is browser compatible.
 */

type Listener = (names: string[]) => void;

/** A stream that has failed for good is opened again after this time, in ms: the service may restart. */
const REOPEN_MS = 10_000;

const streams = new Map<string, { listeners: Set<Listener>; close: () => void }>();

/** Calls `listener` with the names that are live at `service`, until the returned function is called. */
export function followLiveNames(service: string, listener: Listener): () => void {
  let stream = streams.get(service);
  if (!stream) {
    const listeners = new Set<Listener>();
    stream = { listeners, close: open(service, listeners) };
    streams.set(service, stream);
  }
  const { listeners, close } = stream.listeners.add(listener) && stream;
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    close();
    if (streams.get(service)?.listeners === listeners) streams.delete(service);
  };
}

function open(service: string, listeners: ReadonlySet<Listener>): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout>;
  const connect = () => {
    source = new EventSource(`${service}/api/broadcasts/events`);
    source.addEventListener("broadcasts", ({ data }) => {
      const names = (JSON.parse(data) as { name: string }[]).map(({ name }) => name);
      for (const listener of [...listeners]) listener(names);
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, REOPEN_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
