/**
 * Whether a broadcast is live, as the service's event streams tell. All players of a page that wait for
 * the same one share a stream: browsers allow a page no more than six to one place over HTTP/1.1.
 * This module is browser compatible.
 */

/** A stream that has failed for good is opened again after this time, in ms: the service may restart. */
const REOPEN_MS = 10_000;

const streams = new Map<string, { listeners: Set<() => void>; close: () => void }>();

/**
 * Calls `onLive` when `name` is live at `service`, and while it is now and again, until the returned
 * function is called.
 */
export function followLiveName(service: string, name: string, onLive: () => void): () => void {
  const key = `${service} ${name}`;
  let stream = streams.get(key);
  if (!stream) {
    const listeners = new Set<() => void>();
    const tell = () => [...listeners].forEach((listener) => listener());
    streams.set(key, stream = { listeners, close: open(service, name, tell) });
  }
  const { listeners, close } = stream;
  listeners.add(onLive);
  return () => {
    listeners.delete(onLive);
    if (listeners.size > 0) return;
    close();
    if (streams.get(key)?.listeners === listeners) streams.delete(key);
  };
}

function open(service: string, name: string, tell: () => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout>;
  // Services of earlier versions have only the list. It may be too long for all, and leaves some out.
  const paths = [`broadcasts/${encodeURIComponent(name)}/events`, "broadcasts/events"];
  const connect = (turn: number) => {
    source = new EventSource(`${service}/api/${paths[turn % paths.length]}`);
    source.addEventListener("broadcast", ({ data }) => {
      if (data !== "null") tell();
    });
    source.addEventListener("broadcasts", ({ data }) => {
      if ((JSON.parse(data) as { name: string }[]).some((one) => one.name === name)) tell();
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, turn % paths.length === 0 ? 0 : REOPEN_MS, turn + 1);
    });
  };
  connect(0);
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
