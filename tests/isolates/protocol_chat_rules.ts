/** What is said in one isolate is heard in all of them: rules CHAT, against the real server. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { ChatMessage, Reaction, ServerMessageOf } from "../../lib/protocol/mod.ts";
import type { TestServerOptions } from "../support/server.ts";
import type { VirtualPeer } from "../support/virtual_peer.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertRefused, freshName, greet, protocolWorld, type World } from "./protocol_world.ts";

/** Peers so many that they are never all held by one of three isolates. */
const PEERS = 12;

/** For a while, in all, on one broadcast. */
const MESSAGES_PER_SECOND = 50;

/** Registers the tests; `title` goes before each of theirs. */
export function registerChatRules(title: string, options: TestServerOptions = {}): void {
  const newWorld = protocolWorld({ ...options, maxListeners: 8 });

  Deno.test(`${title}[CHAT-2] [CHAT-10] what ${PEERS} peers say at once, 50 times a second, all of them hear in one order`, async () => {
    await using world = newWorld();
    const { name, peers } = await chatters(world);
    const sentAt = new Map<string, number>();
    const delays: number[] = [];
    const stopWatching = watchDelays(peers[0]!, sentAt, delays);
    const rounds = 5;
    const sent: Promise<unknown>[] = [];
    for (let i = 0; i < rounds * PEERS; i++) {
      const text = `message ${i}`;
      sentAt.set(text, performance.now());
      const peer = peers[i % PEERS]!;
      sent.push(peer.request({ command: "SEND_CHAT_MESSAGE", name, text }));
      await new Promise((resolve) => setTimeout(resolve, 1_000 / MESSAGES_PER_SECOND));
    }
    await Promise.all(sent);
    await assertEventually(() => peers.map((peer) => heard(peer).length), peers.map(() => 60));
    stopWatching();
    const order = heard(peers[0]!).map(({ text }) => text);
    for (const peer of peers) assertEquals(heard(peer).map(({ text }) => text), order);
    // Nobody was sent a message of its own for each of them.
    const frames = changes(peers[1]!).length;
    assertLessOrEqual(frames, 40);
    delays.sort((a, b) => a - b);
    const at = (share: number) => Math.round(delays[Math.floor(share * (delays.length - 1))]!);
    console.log(JSON.stringify({ delayMs: { p50: at(0.5), p95: at(0.95), max: at(1) }, frames }));
  });

  Deno.test(`${title}[CHAT-2] who comes later is told the last 50`, async () => {
    await using world = newWorld();
    const { name, peers } = await chatters(world);
    for (let i = 0; i < 60; i++) {
      const message = { command: "SEND_CHAT_MESSAGE", name, text: `${i}` } as const;
      await peers[i % PEERS]!.request(message);
      // Isolates order what they take by their clocks, which tell milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const late = await world.viewer(name);
    await late.request({ command: "SUBSCRIBE_TO_CHAT", name });
    const { messages } = await late.waitFor("CHAT_CHANGED");
    const expected = Array.from({ length: 50 }, (_, i) => `${i + 10}`);
    assertEquals(messages!.map(({ text }) => text), expected);
  });

  Deno.test(`${title}[CHAT-7] [CHAT-8] what a broadcaster decides holds in every isolate, and after a lost socket`, async () => {
    await using world = newWorld();
    const { name, root, peers } = await chatters(world);
    const { peer, welcome } = await greet(world.server.wsUrl);
    await peer.joinBroadcast(name);
    const say = (who: VirtualPeer, text: string) =>
      who.request({ command: "SEND_CHAT_MESSAGE", name, text });
    const { id } = await say(peer, "nasty");
    await assertEventually(() => peers.every((each) => heard(each).length === 1), true);
    await root.request({ command: "MODERATE_CHAT", name, hide: id, mute: welcome.id });
    await assertEventually(
      () => peers.map((each) => changes(each).some(({ hidden }) => hidden?.includes(id))),
      peers.map(() => true),
    );
    await assertRefused(say(peer, "again"), "chat_muted");
    let { resume } = welcome;
    let last = peer;
    for (let round = 0; round < 6; round++) {
      last.drop();
      const again = await greet(world.server.wsUrl, resume);
      assertEquals([again.welcome.resumed, again.welcome.id], [true, welcome.id]);
      ({ peer: last, welcome: { resume } } = again);
      await assertRefused(say(last, "again"), "chat_muted");
    }
    await root.request({ command: "MODERATE_CHAT", name, unmute: welcome.id });
    await say(last, "thanks");
    for (const each of peers) {
      const moderation = { command: "MODERATE_CHAT", name, isOn: false } as const;
      await assertRefused(each.request(moderation), "not_broadcaster");
    }
    await root.request({ command: "MODERATE_CHAT", name, isOn: false });
    for (const each of peers) await assertRefused(say(each, "Hello?"), "chat_off");
    await last.close();
  });

  Deno.test(`${title}[CHAT-9] reactions from every isolate add up in each of them`, async () => {
    await using world = newWorld();
    const { name, peers } = await chatters(world);
    for (let round = 0; round < 10; round++) {
      for (const peer of peers) peer.send({ command: "SEND_REACTION", name, reaction: "clap" });
    }
    const sum = (peer: VirtualPeer, reaction: Reaction) =>
      changes(peer).reduce((all, { reactions }) => all + (reactions?.[reaction] ?? 0), 0);
    await assertEventually(() => peers.map((each) => sum(each, "clap")), peers.map(() => 120));
    const frames = changes(peers[0]!).filter(({ reactions }) => reactions).length;
    assert(frames <= 6, `${frames} messages`);
  });
}

/** A broadcaster, and viewers all of whom follow the chat. */
async function chatters(world: World) {
  const name = freshName();
  const root = await world.broadcaster(name);
  const peers: VirtualPeer[] = [];
  for (let i = 0; i < PEERS; i++) {
    const peer = await world.viewer(name, { peerName: `Peer ${i}` });
    await peer.request({ command: "SUBSCRIBE_TO_CHAT", name });
    peers.push(peer);
  }
  return { name, root, peers };
}

function changes(peer: VirtualPeer): ServerMessageOf<"CHAT_CHANGED">[] {
  return peer.received.filter((message) => message.command === "CHAT_CHANGED");
}

/** What a peer has heard, each message once, in the order in which it is shown. */
function heard(peer: VirtualPeer): ChatMessage[] {
  const all = changes(peer).flatMap(({ messages = [] }) => messages);
  const byId = new Map(all.map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Notes how long messages take from one peer to another, until the returned function is called. */
function watchDelays(peer: VirtualPeer, sentAt: Map<string, number>, delays: number[]) {
  let seen = 0;
  const timer = setInterval(() => {
    const all = changes(peer).flatMap(({ messages = [] }) => messages);
    for (const { text } of all.slice(seen)) delays.push(performance.now() - sentAt.get(text)!);
    seen = all.length;
  }, 5);
  return () => clearInterval(timer);
}
