/**
 * What an idle connection costs in memory: how much a fresh server grows by when many clients
 * connect and then say nothing.
 */
import { TcpWebSocket } from "../tests/support/virtual_peer/tcp_web_socket.ts";
import { makeAll } from "./closed_loop.ts";
import { settledResidentBytes } from "./proc.ts";
import type { MeasuredServer } from "./server_process.ts";

/** What the connections took. */
export interface IdleFigures {
  connectionCount: number;
  beforeBytes: number;
  afterBytes: number;
  bytesEach: number;
}

/** Connections that are opened and closed first, so that code and pools are there already. */
const WARM_UP_COUNT = 100;

const CONNECTS_AT_ONCE = 32;

/** Opens `connectionCount` connections to `urlOf(index)` and measures the server before and after. */
export async function measureIdle(
  server: MeasuredServer,
  { connectionCount, quietMs, urlOf }: {
    connectionCount: number;
    /** How long the server's memory has to stay the same before it counts. */
    quietMs: number;
    urlOf: (index: number) => string;
  },
): Promise<IdleFigures> {
  await closeAll(await openAll(WARM_UP_COUNT, (index) => urlOf(connectionCount + index)));
  const beforeBytes = await settledResidentBytes(server.pid, { quietMs });
  const connections = await openAll(connectionCount, urlOf);
  const afterBytes = await settledResidentBytes(server.pid, { quietMs });
  const lost = connections.filter(({ socket }) => socket.readyState !== WebSocket.OPEN).length;
  if (lost > 0) throw new Error(`${lost} of ${connectionCount} idle connections were closed`);
  await closeAll(connections);
  const bytesEach = (afterBytes - beforeBytes) / connectionCount;
  return { connectionCount, beforeBytes, afterBytes, bytesEach };
}

interface Connection {
  socket: TcpWebSocket;
  closed: Promise<unknown>;
}

function openAll(count: number, urlOf: (index: number) => string): Promise<Connection[]> {
  return makeAll(count, {
    atOnce: CONNECTS_AT_ONCE,
    make: async (index) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const handlers = { onMessage: () => {}, onClose: resolve };
      return { socket: await TcpWebSocket.open(urlOf(index), handlers), closed: promise };
    },
  });
}

async function closeAll(connections: Connection[]): Promise<void> {
  for (const { socket } of connections) socket.close(1000);
  await Promise.all(connections.map(({ closed }) => closed));
}
