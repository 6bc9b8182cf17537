/** Sessions that outlive sockets, against a real WebSocket server that is told what to say. */
import { assertEquals } from "@std/assert";
import type { Welcome } from "../../lib/client/connection.ts";
import { SignallingClient } from "../../lib/client/signalling_client.ts";
import { CLOSE_RESUMED_ELSEWHERE } from "../../lib/protocol/mod.ts";
import { assertEventually } from "../support/eventually.ts";

interface Message {
  command: string;
  resume?: string;
  name?: string;
}

interface World {
  client: SignallingClient;
  /** What came, socket by socket. */
  received: Message[][];
  sockets: WebSocket[];
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));

const WELCOME = {
  command: "WELCOME",
  version: 1,
  id: "me",
  resume: "token",
  heartbeatMs: 5_000,
  resumed: false,
  broadcasts: [],
  watching: null,
  children: [],
} as const satisfies Welcome;

/** Runs `body` with a client of a server that greets, and answers with `respond`; ends both. */
async function withWorld(
  { respond = () => {}, welcome = {} }: {
    respond?: (message: Message, socket: WebSocket, count: number) => void;
    welcome?: Partial<Welcome>;
  },
  body: (world: World) => Promise<void>,
): Promise<void> {
  const received: Message[][] = [];
  const sockets: WebSocket[] = [];
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const count = sockets.push(socket);
    const messages: Message[] = [];
    received.push(messages);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data) as Message;
      messages.push(message);
      const resumed = message.resume !== undefined;
      if (message.command === "HELLO") say(socket, { ...WELCOME, resumed, ...welcome });
      else respond(message, socket, count);
    };
    return response;
  });
  const client = new SignallingClient(`ws://localhost:${server.addr.port}/api/ws`);
  try {
    await body({ client, received, sockets });
  } finally {
    client.close();
    await server.shutdown();
  }
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => null, (error) => error.code);

Deno.test("[HELLO-1] the first message is HELLO, and nothing else is sent before WELCOME", async () => {
  await withWorld({
    respond: (_, socket) => say(socket, { command: "FETCH_CONFIG_RECEIVED", iceServers: [] }),
  }, async ({ client, received }) => {
    client.open();
    assertEquals(client.isReady, false);
    await client.request({ command: "FETCH_CONFIG" });
    assertEquals(received[0]!.map(({ command }) => command), ["HELLO", "FETCH_CONFIG"]);
    assertEquals(received[0]![0]!.resume, undefined);
    assertEquals(client.token, "token");
  });
});

Deno.test("[RESUME-2] a lost socket is replaced by one that takes the session up", async () => {
  await withWorld({
    respond: ({ command, name }, socket, count) => {
      if (count === 1) return command === "LEAVE_BROADCAST" && socket.close();
      say(socket, { command: `${command}_RECEIVED`, name });
    },
  }, async ({ client, received }) => {
    const events: string[] = [];
    client.on("interrupted", () => events.push("interrupted"));
    client.on("welcome", ({ resumed }) => events.push(`resumed ${resumed}`));
    client.on("lost", () => events.push("lost"));
    client.open();
    const started = codeOf(client.request({ command: "START_BROADCAST", name: "x" }));
    const ended = codeOf(client.request({ command: "END_BROADCAST", name: "x" }));
    const left = codeOf(client.request({ command: "LEAVE_BROADCAST" }));
    // What may be done twice is asked again; the rest is for whoever asked to decide.
    assertEquals(await Promise.all([started, ended, left]), ["connection_lost", null, null]);
    assertEquals(received[1]!.map(({ command, resume }) => resume ?? command), [
      "token",
      "END_BROADCAST",
      "LEAVE_BROADCAST",
    ]);
    assertEquals(events, ["interrupted", "resumed true"]);
  });
});

Deno.test("[RESUME-4] a session that another tab has taken up is lost, and not fought for", async () => {
  await withWorld({}, async ({ client, sockets, received }) => {
    const codes: string[] = [];
    client.on("lost", ({ code }) => codes.push(code));
    client.open();
    await assertEventually(() => client.isReady, true);
    sockets[0]!.close(CLOSE_RESUMED_ELSEWHERE);
    await assertEventually(() => codes, ["taken_over"]);
    assertEquals(client.token, null);
    assertEquals(received.length, 1);
  });
});

Deno.test("[HEARTBEAT-1] a socket whose heartbeat is not answered is lost", async () => {
  await withWorld({ welcome: { heartbeatMs: 20 } }, async ({ client, received }) => {
    client.open();
    await assertEventually(() => received.length >= 2, true);
    assertEquals(received[0]!.slice(0, 2).map(({ command }) => command), ["HELLO", "HEARTBEAT"]);
  });
});

Deno.test("[HEARTBEAT-1] a socket whose heartbeats are answered is kept", async () => {
  await withWorld({
    welcome: { heartbeatMs: 100 },
    respond: (_, socket) => say(socket, { command: "HEARTBEAT_RECEIVED" }),
  }, async ({ client, received }) => {
    client.open();
    await assertEventually(() => received.flat().length > 10, true);
    assertEquals(received.length, 1);
  });
});

Deno.test("[RESUME-3] what waited for a socket is not sent to links of a session that is no more", async () => {
  await withWorld({ welcome: { resumed: false } }, async ({ client, sockets, received }) => {
    let interrupted = 0;
    client.on("interrupted", () => {
      interrupted++;
      client.send({ command: "ICE_CANDIDATES", peer: "p", candidates: [] });
    });
    const resumed: boolean[] = [];
    client.on("welcome", (welcome) => resumed.push(welcome.resumed));
    client.open();
    await assertEventually(() => client.isReady, true);
    sockets[0]!.close();
    await assertEventually(() => resumed, [false]);
    assertEquals([interrupted, received[1]!.map(({ command }) => command)], [1, ["HELLO"]]);
  });
});
