/** The client's end of the socket against a real WebSocket server that is told what to say. */
import { assertEquals, assertRejects } from "@std/assert";
import { SignallingClient } from "../../lib/client/signalling_client.ts";
import { TributaryError } from "../../lib/client/tributary_error.ts";
import type { ServerMessage } from "../../lib/protocol/mod.ts";

type Respond = (message: { command: string }, socket: WebSocket) => void;

/** Says that it does not know HELLO, as the prototype's server. */
const UNKNOWN = { command: "ERROR", message: "Unknown command: HELLO" };

/** Runs `body` with a client of a server that answers with `respond`, but not to HELLO; ends both. */
async function withClient(
  respond: Respond,
  body: (client: SignallingClient) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.command === "HELLO") say(socket, UNKNOWN);
      else respond(message, socket);
    };
    return response;
  });
  const client = new SignallingClient(`ws://localhost:${server.addr.port}/api/ws`);
  try {
    await body(client);
  } finally {
    client.close();
    await server.shutdown();
  }
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));

const errorOf = async (promise: Promise<unknown>) =>
  await assertRejects(() => promise, TributaryError) as TributaryError;

const codeOf = async (promise: Promise<unknown>) => (await errorOf(promise)).code;

Deno.test("request() resolves with the answer, and what is no answer is emitted", async () => {
  const messages: ServerMessage[] = [];
  await withClient((message, socket) => {
    say(socket, { command: "RECONNECT_TO_BROADCAST", name: "x" });
    say(socket, { command: "INVENTED_TOMORROW" });
    socket.send("no JSON");
    say(socket, { command: `${message.command}_RECEIVED`, iceServers: [{ urls: "stun:a" }] });
  }, async (client) => {
    client.on("message", (message) => messages.push(message));
    client.open();
    assertEquals(await client.request({ command: "FETCH_CONFIG" }), {
      command: "FETCH_CONFIG_RECEIVED",
      iceServers: [{ urls: "stun:a" }],
    });
  });
  assertEquals(messages, [{ command: "RECONNECT_TO_BROADCAST", name: "x" }]);
});

Deno.test("[ERR-2] an ERROR rejects the request that it answers, and no other", async () => {
  await withClient(({ command }, socket) => {
    if (command !== "END_BROADCAST") return;
    say(socket, { command: "ERROR", message: "No", code: "not_broadcaster", answers: command });
    say(socket, { command: "START_BROADCAST_RECEIVED" });
  }, async (client) => {
    client.open();
    const started = client.request({ command: "START_BROADCAST", name: "x" });
    const ended = client.request({ command: "END_BROADCAST", name: "y" });
    assertEquals(await codeOf(ended), "not_broadcaster");
    await started;
  });
});

Deno.test("an ERROR of the prototype's server, without `answers`, rejects the oldest request", async () => {
  await withClient(({ command }, socket) => {
    if (command === "JOIN_BROADCAST") say(socket, { command: "ERROR", message: "Some text" });
    else say(socket, { command: `${command}_RECEIVED`, name: "x" });
  }, async (client) => {
    client.open();
    const joined = client.request({ command: "JOIN_BROADCAST", name: "x", offer: {} });
    const error = await errorOf(joined);
    assertEquals([error.code, error.message], ["refused", "Some text"]);
    await client.request({ command: "END_BROADCAST", name: "x" });
  });
});

Deno.test("an ERROR that answers no request is emitted, except about links that are gone", async () => {
  const codes: string[] = [];
  await withClient(({ command }, socket) => {
    if (command !== "LEAVE_BROADCAST") return;
    const answers = "ICE_CANDIDATES";
    say(socket, { command: "ERROR", message: "Gone", code: "not_linked", answers });
    say(socket, { command: "ERROR", message: "Full", code: "busy", answers });
    say(socket, { command: "LEAVE_BROADCAST_RECEIVED" });
  }, async (client) => {
    client.on("error", ({ code }) => codes.push(code));
    client.open();
    client.send({ command: "ICE_CANDIDATES", peer: "p", candidates: [] });
    await client.request({ command: "LEAVE_BROADCAST" });
  });
  assertEquals(codes, ["busy"]);
});

Deno.test("losing a socket that was not greeted rejects what is under way, and open() mends it", async () => {
  let connections = 0;
  let losses = 0;
  await withClient(({ command }, socket) => {
    connections++;
    if (connections === 1) socket.close();
    else say(socket, { command: `${command}_RECEIVED`, iceServers: [] });
  }, async (client) => {
    client.on("lost", () => losses++);
    client.open();
    assertEquals(await codeOf(client.request({ command: "FETCH_CONFIG" })), "connection_lost");
    assertEquals(await codeOf(client.request({ command: "FETCH_CONFIG" })), "connection_lost");
    client.send({ command: "ICE_CANDIDATES", peer: "p", candidates: [] });
    client.open();
    await client.request({ command: "FETCH_CONFIG" });
  });
  assertEquals([connections, losses], [2, 1]);
});

Deno.test("close() rejects what is under way with `cancelled`, and loses nothing", async () => {
  let losses = 0;
  await withClient(() => {}, async (client) => {
    client.on("lost", () => losses++);
    client.open();
    const request = client.request({ command: "FETCH_CONFIG" });
    client.close();
    assertEquals(await codeOf(request), "cancelled");
  });
  assertEquals(losses, 0);
});

Deno.test("[LEAVE-5] a join that a LEAVE gave up rejects, because it is not answered any more", async () => {
  await withClient(({ command }, socket) => {
    if (command === "LEAVE_BROADCAST") say(socket, { command: "LEAVE_BROADCAST_RECEIVED" });
  }, async (client) => {
    client.open();
    const joined = client.request({ command: "JOIN_BROADCAST", name: "x", offer: {} });
    const left = client.request({ command: "LEAVE_BROADCAST" });
    assertEquals(await codeOf(joined), "cancelled");
    await left;
  });
});

Deno.test("abandonJoin() rejects at once, and gives back a place that was given all the same", async () => {
  const commands: string[] = [];
  const messages: ServerMessage[] = [];
  const place = (peer: string) => ({ command: "JOIN_BROADCAST_RECEIVED", peer, answer: {} });
  await withClient(({ command }, socket) => {
    commands.push(command);
    if (commands.length === 1) return;
    if (command === "JOIN_BROADCAST") return say(socket, place("the second's"));
    say(socket, place("the first's"));
    say(socket, { command: "LEAVE_BROADCAST_RECEIVED" });
  }, async (client) => {
    client.on("message", (message) => messages.push(message));
    client.open();
    const first = client.request({ command: "JOIN_BROADCAST", name: "x", offer: {} });
    client.abandonJoin(new TributaryError("broadcast_ended"));
    assertEquals(await codeOf(first), "broadcast_ended");
    const second = await client.request({ command: "JOIN_BROADCAST", name: "y", offer: {} });
    assertEquals(second.peer, "the second's");
  });
  assertEquals(commands, ["JOIN_BROADCAST", "LEAVE_BROADCAST", "JOIN_BROADCAST"]);
  assertEquals(messages, []);
});

Deno.test("an ERROR that answers an abandoned join is nobody's, and nothing is left behind by it", async () => {
  const codes: string[] = [];
  await withClient(({ command }, socket) => {
    if (command === "LEAVE_BROADCAST") {
      const answers = "JOIN_BROADCAST";
      say(socket, { command: "ERROR", message: "Gone", code: "unknown_broadcast", answers });
      say(socket, { command: "ERROR", message: "None", code: "not_watching", answers: command });
    }
    if (command === "FETCH_CONFIG") say(socket, { command: `${command}_RECEIVED`, iceServers: [] });
  }, async (client) => {
    client.on("error", ({ code }) => codes.push(code));
    client.open();
    const joined = client.request({ command: "JOIN_BROADCAST", name: "x", offer: {} });
    client.abandonJoin(new TributaryError("cancelled"));
    client.abandonJoin(new TributaryError("cancelled"));
    assertEquals(await codeOf(joined), "cancelled");
    await client.request({ command: "FETCH_CONFIG" });
  });
  assertEquals(codes, []);
});
