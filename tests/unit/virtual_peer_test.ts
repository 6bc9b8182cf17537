/**
 * The virtual peer against a scripted server that sends what each test tells it to: it must do by
 * itself what the prototype's client does, or tests that use it prove nothing.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ClientMessage, ServerMessage } from "../../lib/protocol/mod.ts";
import {
  ConnectionClosedError,
  RefusedError,
  sessionDescription,
  VirtualPeer,
  type VirtualPeerOptions,
} from "../support/virtual_peer.ts";

/** The server's end of the one connection of a test. */
class ScriptedServer {
  readonly #frames: ReadableStreamDefaultReader<ClientMessage>;

  constructor(readonly socket: WebSocket) {
    const frames = new ReadableStream<ClientMessage>({
      start(controller) {
        socket.onmessage = (event) => controller.enqueue(JSON.parse(event.data));
      },
    });
    this.#frames = frames.getReader();
  }

  /** Resolves with the next message of the peer. */
  async next(): Promise<ClientMessage> {
    return (await this.#frames.read()).value!;
  }

  send(message: ServerMessage): void {
    this.socket.send(JSON.stringify(message));
  }
}

async function withPeer(
  options: VirtualPeerOptions,
  test: (peer: VirtualPeer, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  const connected = Promise.withResolvers<ScriptedServer>();
  const http = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => connected.resolve(new ScriptedServer(socket));
    return response;
  });
  const peer = await VirtualPeer.connect(`ws://127.0.0.1:${http.addr.port}`, options);
  try {
    await test(peer, await connected.promise);
  } finally {
    await peer.close();
    await http.shutdown();
  }
}

const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0" };

Deno.test("a virtual peer answers an offer, trickles and acknowledges like a parent", () =>
  withPeer({ candidates: [candidate] }, async (peer, server) => {
    server.send({ command: "RELAY_BROADCAST", peer: "child", offer: { type: "offer" } });
    const answer = sessionDescription("answer");
    assertEquals(await server.next(), {
      command: "RELAY_BROADCAST_RECEIVED",
      peer: "child",
      answer,
    });
    assertEquals(await server.next(), {
      command: "ICE_CANDIDATES",
      peer: "child",
      candidates: [candidate],
    });
    server.send({ command: "ICE_CANDIDATES", peer: "stranger", candidates: [] });
    server.send({ command: "ICE_CANDIDATES", peer: "child", candidates: [] });
    assertEquals(await server.next(), { command: "ICE_CANDIDATES_RECEIVED", peer: "child" });
    assertEquals([...peer.children], ["child"]);
  }));

Deno.test("a virtual peer joins, does not acknowledge its parent, and joins again when orphaned", () =>
  withPeer({ peerName: "Ada", rejoins: true }, async (peer, server) => {
    const offer = sessionDescription("offer");
    const joined = peer.joinBroadcast("b", { offer });
    const join = await server.next();
    assertEquals(join, { command: "JOIN_BROADCAST", name: "b", offer, peerName: "Ada" });
    server.send({ command: "JOIN_BROADCAST_RECEIVED", peer: "parent", answer: {} });
    assertEquals((await joined).peer, "parent");
    assertEquals(peer.parent, "parent");
    server.send({ command: "ICE_CANDIDATES", peer: "parent", candidates: [] });
    server.send({ command: "RECONNECT_TO_BROADCAST", name: "b" });
    assertEquals(await server.next(), join);
    server.send({ command: "JOIN_BROADCAST_RECEIVED", peer: "other", answer: {} });
    await peer.waitFor("JOIN_BROADCAST_RECEIVED");
    assertEquals(peer.parent, "other");
  }));

Deno.test("a virtual peer gives each message out once, and ERROR to the request it answers", () =>
  withPeer({}, async (peer, server) => {
    const start = peer.startBroadcast("b");
    const config = peer.fetchConfig();
    server.send({ command: "ERROR", message: "no", code: "busy", answers: "FETCH_CONFIG" });
    const error = await assertRejects(() => config, RefusedError);
    assertEquals((error as RefusedError).code, "busy");
    server.send({ command: "ERROR", message: "The prototype's has no code" });
    await assertRejects(() => start, RefusedError);
    server.send({ command: "BROADCAST_ENDED", name: "b" });
    server.send({ command: "BROADCAST_ENDED", name: "c" });
    await peer.waitFor((message) => message.command === "BROADCAST_ENDED" && message.name === "c");
    assertEquals((await peer.waitFor("BROADCAST_ENDED")).name, "b");
    await assertRejects(() => peer.waitFor("BROADCAST_ENDED", 1), Error, "within 1 ms");
    assertEquals(peer.received.length, 4);
  }));

Deno.test("a virtual peer rejects what is awaited when the connection closes", () =>
  withPeer({}, async (peer, server) => {
    const joined = peer.joinBroadcast("b");
    const again = peer.joinBroadcast("b");
    const error = await assertRejects(() => joined, RefusedError);
    assertEquals((error as RefusedError).code, "given_up");
    server.socket.close(1012, "restart");
    await assertRejects(() => again, ConnectionClosedError);
    assertEquals(await peer.closed, { code: 1012, reason: "restart" });
    assert(!peer.isOpen);
    await assertRejects(() => peer.fetchConfig(), ConnectionClosedError);
  }));

Deno.test("a virtual peer reads messages of every size, also after a pause", () =>
  withPeer({}, async (peer, server) => {
    peer.pauseReading();
    const names = [10, 125, 126, 65_535, 65_536, 1_000_000].map((size) => "n".repeat(size));
    for (const name of names) server.send({ command: "BROADCAST_ENDED", name });
    await assertRejects(() => peer.waitFor("BROADCAST_ENDED", 20), Error, "within 20 ms");
    peer.resumeReading();
    for (const name of names) assertEquals((await peer.waitFor("BROADCAST_ENDED")).name, name);
    peer.send({ command: "START_BROADCAST", name: names[5]! });
    assertEquals(await server.next(), { command: "START_BROADCAST", name: names[5]! });
  }));

Deno.test("a virtual peer can drop its connection without a close frame", () =>
  withPeer({}, async (peer, server) => {
    const lost = new Promise<CloseEvent>((resolve) => server.socket.onclose = resolve);
    server.socket.onerror = () => {};
    peer.drop();
    assertEquals((await peer.closed).code, 1006);
    assert((await lost).code !== 1000);
  }));

Deno.test("sessionDescription() has the size it was asked for", () => {
  for (const sizeBytes of [64, 65, 100, 2_700, 60_000]) {
    assertEquals(JSON.stringify(sessionDescription("answer", sizeBytes)).length, sizeBytes);
  }
});
