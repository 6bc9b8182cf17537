/** When clients come back whose sockets are gone, against a real server that takes down when they do. */
import { assert, assertEquals } from "@std/assert";
import { SignallingClient } from "../../lib/client/signalling_client.ts";
import { CLOSE_SERVICE_RESTART } from "../../lib/protocol/mod.ts";
import { assertEventually } from "../support/eventually.ts";

const CLIENTS = 20;

const WELCOME = {
  command: "WELCOME",
  version: 1,
  id: "me",
  resume: "token",
  heartbeatMs: 60_000,
  resumed: true,
  broadcasts: [],
  watching: null,
  children: [],
};

interface World {
  clients: SignallingClient[];
  /** The server's ends of sockets that are open. */
  sockets: Set<WebSocket>;
  /** When each HELLO came. */
  helloAts: number[];
  /** When each socket was asked for. */
  requestAts: number[];
  /** Refuses sockets from now on. */
  refuse(): void;
  /** Ends every connection without a word, as a network does. */
  cut(): void;
}

async function withClients(count: number, body: (world: World) => Promise<void>): Promise<void> {
  const sockets = new Set<WebSocket>();
  const helloAts: number[] = [];
  const requestAts: number[] = [];
  let isRefusing = false;
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    requestAts.push(performance.now());
    if (isRefusing) return new Response(null, { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    sockets.add(socket);
    socket.onclose = () => sockets.delete(socket);
    socket.onerror = (event) => event.preventDefault();
    socket.onmessage = () => {
      helloAts.push(performance.now());
      socket.send(JSON.stringify(WELCOME));
    };
    return response;
  });
  const network = relayTo(server.addr.port);
  const clients = Array.from({ length: count }, () => {
    return new SignallingClient(`ws://localhost:${network.port}/`);
  });
  try {
    clients.forEach((client) => client.open());
    await assertEventually(() => clients.every(({ isReady }) => isReady), true);
    await body({
      clients,
      sockets,
      helloAts,
      requestAts,
      refuse: () => isRefusing = true,
      cut: network.cut,
    });
  } finally {
    clients.forEach((client) => client.close());
    await network.close();
    await server.shutdown();
  }
}

/** Passes bytes on between clients and a server, until it is cut. */
function relayTo(port: number): { port: number; cut(): void; close(): Promise<void> } {
  const listener = Deno.listen({ port: 0 });
  const ends = new Set<Deno.Conn>();
  const cut = () => {
    for (const end of ends) {
      try {
        end.close();
      } catch {
        // Its other end has closed it.
      }
    }
    ends.clear();
  };
  const piping: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const near of listener) {
      const far = await Deno.connect({ port });
      ends.add(near).add(far);
      for (const [from, to] of [[near, far], [far, near]] as const) {
        piping.push(from.readable.pipeTo(to.writable).catch(() => {}));
      }
    }
  })();
  return {
    port: listener.addr.port,
    cut,
    close: async () => {
      listener.close();
      await accepting;
      cut();
      await Promise.all(piping);
    },
  };
}

Deno.test("[RESUME-7] those whom a restarting service sends away come back spread over a second or two", async () => {
  await withClients(CLIENTS, async ({ sockets, helloAts }) => {
    const closedAt = performance.now();
    for (const socket of sockets) socket.close(CLOSE_SERVICE_RESTART);
    await assertEventually(() => helloAts.length, 2 * CLIENTS);
    const waitsMs = helloAts.slice(CLIENTS).map((at) => at - closedAt);
    const spreadMs = Math.max(...waitsMs) - Math.min(...waitsMs);
    assert(spreadMs > 500, `they are spread over ${spreadMs} ms`);
    assert(Math.max(...waitsMs) < 2_500, `the last one is back after ${Math.max(...waitsMs)} ms`);
  });
});

Deno.test("[RESUME-2] those whose sockets break come back at once", async () => {
  await withClients(CLIENTS, async ({ cut, helloAts }) => {
    const cutAt = performance.now();
    cut();
    await assertEventually(() => helloAts.length, 2 * CLIENTS);
    const waitsMs = helloAts.slice(CLIENTS).map((at) => at - cutAt);
    // No pause at all; what is left is the machine's.
    assert(Math.max(...waitsMs) < 500, `the last one is back after ${Math.max(...waitsMs)} ms`);
  });
});

Deno.test("a client that is refused asks less and less often", async () => {
  await withClients(1, async ({ cut, refuse, requestAts }) => {
    refuse();
    cut();
    // One before the cut, one at once, and four after pauses.
    await assertEventually(() => requestAts.length >= 6, true);
    const [, ...tries] = requestAts;
    const pausesMs = tries.slice(1).map((at, i) => Math.round(at - tries[i]!));
    assertEquals(pausesMs.toSorted((a, b) => a - b), pausesMs);
    // Each is twice the one before, with a quarter of jitter either way.
    assert(pausesMs[3]! > 3 * pausesMs[0]!, `the pauses grow: ${pausesMs.join(", ")} ms`);
  });
});
