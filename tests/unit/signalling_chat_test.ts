/** Chats of several instances in virtual time. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { MAX_BACKLOG_BYTES, SKIP_TREE_STATE_BACKLOG_BYTES } from "../../lib/protocol/mod.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { type ServiceClient, ServiceWorld } from "../support/service_world.ts";

const NAME = "b";

/** A broadcaster on the first instance, and viewers on any. */
class World extends ServiceWorld {
  root!: ServiceClient;

  static async open(options: ConstructorParameters<typeof ServiceWorld>[0] = {}): Promise<World> {
    const world = new World({ fanout: 8, ...options });
    world.root = (await world.greet(0)).client;
    await world.start(world.root, NAME);
    return world;
  }

  /** Connects a viewer that follows the chat. */
  async viewer(instance: number, { peerName = "Vera" } = {}) {
    const { client, token } = await this.greet(instance);
    client.send({ command: "JOIN_BROADCAST", name: NAME, offer: {}, peerName });
    await this.clock.advance(100);
    this.answer(this.root);
    await this.clock.advance(100);
    await this.follow(client);
    return { client, token };
  }

  async follow(client: ServiceClient): Promise<void> {
    client.send({ command: "SUBSCRIBE_TO_CHAT", name: NAME });
    await this.clock.advance(50);
  }

  async say(client: ServiceClient, text: string, peerName?: string): Promise<void> {
    client.send({ command: "SEND_CHAT_MESSAGE", name: NAME, text, peerName });
    await this.clock.advance(300);
  }

  async moderate(
    client: ServiceClient,
    moderation: { hide?: string; mute?: string; unmute?: string; isOn?: boolean },
  ): Promise<void> {
    client.send({ command: "MODERATE_CHAT", name: NAME, ...moderation });
    await this.clock.advance(300);
  }
}

const changes = ({ outlet }: ServiceClient) => outlet.of("CHAT_CHANGED");
const texts = (client: ServiceClient) =>
  changes(client).flatMap(({ messages = [] }) => messages.map(({ text }) => text));
const lastError = ({ outlet }: ServiceClient) => outlet.of("ERROR").at(-1);
const reactionsOf = (client: ServiceClient) =>
  changes(client).flatMap(({ reactions }) => reactions ? [reactions] : []);

Deno.test("[CHAT-2] who subscribes is told everything at once, and what is new from then on", async () => {
  const world = await World.open();
  const { client: a } = await world.viewer(0);
  const { client: b } = await world.viewer(1);
  await world.say(a, "Hello");
  assertEquals([texts(a), texts(b)], [["Hello"], ["Hello"]]);
  const { client: late } = await world.viewer(1);
  const [first] = changes(late);
  assertEquals(first!.messages!.map(({ from, name, text }) => [from, name, text]), [
    [a.id, "Vera", "Hello"],
  ]);
  assertEquals([first!.self, first!.isOn, first!.isMuted, first!.hidden], [
    late.id,
    true,
    false,
    [],
  ]);
  assertEquals(first!.muted, undefined);
  const commands = late.outlet.messages.map(({ command }) => command);
  assertEquals(commands.at(-2), "SUBSCRIBE_TO_CHAT_RECEIVED");
  assertEquals(world.faults, []);
});

Deno.test("[CHAT-1] nobody is sent anything of a chat without having asked for it", async () => {
  const world = await World.open();
  const { client: follower } = await world.viewer(0);
  const seed = world.connect(1);
  seed.send({ command: "JOIN_BROADCAST", name: NAME, offer: {} });
  await world.clock.advance(100);
  world.answer(world.root);
  const { client: former } = await world.viewer(1);
  former.send({ command: "UNSUBSCRIBE_FROM_CHAT", name: NAME });
  await world.clock.advance(100);
  const before = changes(former).length;
  await world.say(follower, "Hello");
  follower.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
  await world.moderate(world.root, { isOn: false });
  await world.clock.advance(20_000);
  assertEquals([changes(seed), changes(world.root), changes(former).length], [[], [], before]);
  assertEquals(seed.outlet.of("ERROR"), []);
});

Deno.test("[CHAT-1] a name that is not live has no chat", async () => {
  const world = await World.open();
  const client = world.connect(1);
  client.send({ command: "SUBSCRIBE_TO_CHAT", name: "other" });
  client.send({ command: "UNSUBSCRIBE_FROM_CHAT", name: "other" });
  await world.clock.advance(100);
  assertEquals(client.outlet.messages.map((message) => message.command), [
    "ERROR",
    "UNSUBSCRIBE_FROM_CHAT_RECEIVED",
  ]);
  assertEquals(lastError(client)?.code, "unknown_broadcast");
});

Deno.test("[CHAT-3] only who is in the broadcast may write or react", async () => {
  const world = await World.open();
  const { client: viewer } = await world.viewer(1);
  const stranger = world.connect(1);
  await world.follow(stranger);
  await world.say(stranger, "Hello");
  stranger.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
  await world.clock.advance(1_000);
  assertEquals(lastError(stranger)?.code, "not_watching");
  viewer.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(100);
  await world.say(viewer, "Still here?");
  assertEquals(lastError(viewer)?.code, "not_watching");
  assertEquals([texts(stranger), reactionsOf(stranger)], [[], []]);
});

Deno.test("[CHAT-3] who tries to start a broadcast of a name that is taken cannot write or react meanwhile", async () => {
  for (const peerName of [undefined, "The broadcaster"]) {
    const world = await World.open();
    const { client: viewer } = await world.viewer(0);
    const { client: stranger } = await world.greet(1);
    await world.follow(stranger);
    const before = [changes(viewer).length, changes(world.root).length];
    // Commands that take no turn overtake the start, which finds the name taken.
    stranger.send({ command: "START_BROADCAST", name: NAME });
    stranger.send({ command: "SEND_CHAT_MESSAGE", name: NAME, text: "Mine", peerName });
    stranger.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
    await world.clock.advance(2_000);
    assertEquals(stranger.outlet.of("ERROR").map(({ code }) => code).sort(), [
      "name_taken",
      "not_watching",
    ]);
    assertEquals([changes(viewer).length, changes(world.root).length], before);
    assertEquals(texts(viewer), []);
  }
  // The broadcaster itself may, right after it has begun.
  const world = await World.open();
  await world.follow(world.root);
  await world.say(world.root, "Welcome");
  assertEquals(texts(world.root), ["Welcome"]);
});

Deno.test("[CHAT-4] a message is one line of plain text, and something can be seen of it", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  await world.say(client, "  one\n\ttwo \u202ethree\u0000 <b>four</b> ");
  assertEquals(texts(client), ["one two three <b>four</b>"]);
  for (const nothing of [" \n ", "\u200b\u200d", "\u202e"]) {
    await world.say(client, nothing);
    assertEquals(lastError(client)?.code, "invalid_field");
  }
  client.outlet.frames.length = 0;
  await world.say(client, "x".repeat(301));
  assertEquals(lastError(client)?.code, "invalid_field");
  assertEquals(texts(client), []);
});

Deno.test("[CHAT-5] a message has the name that comes with it, or that of its peer", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  await world.say(client, "1");
  await world.say(client, "2", " \u202eVera  the\nGreat ");
  await world.say(client, "3", "x".repeat(200));
  await world.say(world.root, "4");
  await world.say(world.root, "5", "Vera");
  const messages = changes(client).flatMap(({ messages = [] }) => messages);
  assertEquals(messages.map(({ name, isBroadcaster }) => [name, isBroadcaster]), [
    ["Vera", undefined],
    ["Vera the Great", undefined],
    ["x".repeat(39) + "…", undefined],
    ["Anonymous", true],
    ["Vera", true],
  ]);
});

Deno.test("[CHAT-6] who writes too fast is told how long to wait, and nothing else happens", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  for (let i = 0; i < 7; i++) {
    client.send({ command: "SEND_CHAT_MESSAGE", name: NAME, text: `${i}` });
  }
  await world.clock.advance(500);
  assertEquals(texts(client), ["0", "1", "2", "3", "4"]);
  const errors = client.outlet.of("ERROR");
  assertEquals(errors.map(({ code, answers, waitMs }) => [code, answers, waitMs]), [
    ["too_fast", "SEND_CHAT_MESSAGE", 2_000],
    ["too_fast", "SEND_CHAT_MESSAGE", 2_000],
  ]);
  await world.clock.advance(1_400);
  await world.say(client, "too early");
  assertEquals(texts(client).length, 5);
  await world.say(client, "in time");
  assertEquals(texts(client).at(-1), "in time");
});

Deno.test("[CHAT-7] a message that is hidden is taken away from everybody, and from newcomers", async () => {
  const world = await World.open();
  const { client: a } = await world.viewer(0);
  const { client: b } = await world.viewer(1);
  await world.say(a, "nice");
  await world.say(a, "nasty");
  const id = changes(b).flatMap(({ messages = [] }) => messages)[1]!.id;
  await world.moderate(world.root, { hide: id });
  assertEquals(changes(a).at(-1)!.hidden, [id]);
  assertEquals(changes(b).at(-1)!.hidden, [id]);
  const { client: late } = await world.viewer(1);
  assertEquals([texts(late), changes(late)[0]!.hidden], [["nice"], [id]]);
});

Deno.test("[CHAT-7] a chat that is off takes nothing, until it is on again", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  await world.moderate(world.root, { isOn: false });
  assertEquals(changes(client).at(-1)!.isOn, false);
  for (const each of [client, world.root]) {
    await world.say(each, "Hello");
    assertEquals(lastError(each)?.code, "chat_off");
  }
  client.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
  await world.clock.advance(1_000);
  assertEquals(reactionsOf(client), []);
  await world.moderate(world.root, { isOn: true });
  await world.say(client, "Hello again");
  assertEquals([changes(client).at(-2)!.isOn, texts(client)], [true, ["Hello again"]]);
});

Deno.test("[CHAT-7] only the one who broadcasts may moderate", async () => {
  const world = await World.open();
  const other = world.connect(1);
  await world.start(other, "another");
  const { client: viewer } = await world.viewer(1);
  for (const each of [other, viewer]) {
    await world.moderate(each, { isOn: false });
    assertEquals(lastError(each)?.code, "not_broadcaster");
  }
  await world.say(viewer, "Still on");
  assertEquals(texts(viewer), ["Still on"]);
  other.send({ command: "MODERATE_CHAT", name: "nobody's", isOn: false });
  await world.clock.advance(100);
  assertEquals(lastError(other)?.code, "unknown_broadcast");
});

Deno.test("[CHAT-8] a muted peer is refused until it may speak again; the broadcaster sees who is muted", async () => {
  const world = await World.open();
  await world.follow(world.root);
  const { client: a } = await world.viewer(1);
  const { client: b } = await world.viewer(1, { peerName: "Bob" });
  await world.moderate(world.root, { mute: a.id });
  assertEquals([changes(a).at(-1)!.isMuted, changes(b).length], [true, 1]);
  assertEquals(changes(world.root).at(-1)!.muted, [{ id: a.id, name: "Vera" }]);
  await world.say(a, "Hello");
  a.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
  await world.clock.advance(1_000);
  assertEquals([lastError(a)?.code, texts(b), reactionsOf(b)], ["chat_muted", [], []]);
  await world.say(b, "Hello from Bob");
  assertEquals(texts(a), ["Hello from Bob"]);
  await world.moderate(world.root, { unmute: a.id });
  assertEquals([changes(a).at(-1)!.isMuted, changes(world.root).at(-1)!.muted], [false, []]);
  await world.say(a, "Thanks");
  assertEquals(texts(b).at(-1), "Thanks");
});

Deno.test("[CHAT-8] a broadcaster cannot mute itself", async () => {
  const world = await World.open();
  await world.moderate(world.root, { mute: world.root.id });
  await world.follow(world.root);
  assertEquals(changes(world.root)[0]!.muted, []);
  await world.say(world.root, "Hello");
  assertEquals(texts(world.root), ["Hello"]);
});

Deno.test("[CHAT-8] who is muted is so after coming back on any instance; another peer is a new person", async () => {
  const world = await World.open({ instances: 3 });
  const { client, token } = await world.viewer(1);
  await world.moderate(world.root, { mute: client.id });
  client.close();
  await world.clock.advance(500);
  const { client: back } = await world.greet(2, token);
  await world.follow(back);
  assertEquals(changes(back)[0]!.isMuted, true);
  await world.say(back, "Hello");
  assertEquals([lastError(back)?.code, texts(back)], ["chat_muted", []]);
  const { client: another } = await world.viewer(2);
  await world.say(another, "I am new here");
  assertEquals(texts(another), ["I am new here"]);
});

Deno.test("[CHAT-9] reactions of many come as a few sums, which add up", async () => {
  const world = await World.open({ instances: 3, fanout: 8 });
  const peers = [];
  for (let i = 0; i < 6; i++) peers.push((await world.viewer(i % 3)).client);
  for (let round = 0; round < 10; round++) {
    for (const peer of peers) {
      peer.send({ command: "SEND_REACTION", name: NAME, reaction: "heart" });
      if (round < 2) peer.send({ command: "SEND_REACTION", name: NAME, reaction: "party" });
    }
    await world.clock.advance(250);
  }
  await world.clock.advance(2_000);
  for (const peer of peers) {
    const sums = reactionsOf(peer);
    assertLessOrEqual(sums.length, 8);
    const sum = (name: "heart" | "party") => sums.reduce((all, each) => all + (each[name] ?? 0), 0);
    assertEquals([sum("heart"), sum("party")], [60, 12]);
  }
  assertEquals(peers[0]!.outlet.of("ERROR"), []);
});

Deno.test("[CHAT-9] who reacts faster than a person can is not counted", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  for (let i = 0; i < 100; i++) {
    client.send({ command: "SEND_REACTION", name: NAME, reaction: "like" });
  }
  await world.clock.advance(1_000);
  assertEquals(reactionsOf(client), [{ like: 10 }]);
  assertEquals(client.outlet.of("ERROR"), []);
});

Deno.test("[CHAT-9] a bus that brings sums twice does not count them twice", async () => {
  const world = await World.open({ busFaults: { repeatHint: 1 } });
  const { client: a } = await world.viewer(0);
  const { client: b } = await world.viewer(1);
  a.send({ command: "SEND_REACTION", name: NAME, reaction: "wow" });
  await world.clock.advance(3_000);
  assertEquals(reactionsOf(b), [{ wow: 1 }]);
});

Deno.test("[CHAT-10] what is written on several instances is told to everybody, and sorts as it was said", async () => {
  const world = await World.open();
  const { client: a } = await world.viewer(0);
  const { client: b } = await world.viewer(1);
  for (let i = 0; i < 6; i++) {
    await world.say(i % 2 === 0 ? a : b, `${i}`);
    await world.clock.advance(1_500);
  }
  const sorted = (client: ServiceClient) =>
    changes(client).flatMap(({ messages = [] }) => messages)
      .toSorted((x, y) => (x.id < y.id ? -1 : 1)).map(({ text }) => text);
  assertEquals([sorted(a), sorted(b)].map((each) => each.join("")), ["012345", "012345"]);
});

Deno.test("[CHAT-2] a hint that is lost costs time only", async () => {
  const world = await World.open();
  const { client: a } = await world.viewer(0);
  const { client: b } = await world.viewer(1);
  world.cutOff(1);
  await world.say(a, "Hello");
  await world.moderate(world.root, { isOn: false });
  assertEquals([texts(a), texts(b)], [["Hello"], []]);
  await world.clock.advance(11_000);
  assertEquals([texts(b), changes(b).at(-1)!.isOn], [["Hello"], false]);
});

Deno.test("[CHAT-2] much that is said at once comes in a few messages", async () => {
  const world = await World.open({ instances: 2 });
  const writers = [];
  for (let i = 0; i < 8; i++) writers.push((await world.viewer(i % 2)).client);
  const before = changes(writers[0]!).length;
  for (let i = 0; i < 5; i++) {
    for (const writer of writers) {
      writer.send({ command: "SEND_CHAT_MESSAGE", name: NAME, text: `${i}` });
    }
    await world.clock.advance(40);
  }
  await world.clock.advance(1_000);
  for (const writer of writers) {
    const ids = changes(writer).flatMap(({ messages = [] }) => messages.map(({ id }) => id));
    assertEquals(new Set(ids).size, 40);
    assertEquals(writer.outlet.of("SEND_CHAT_MESSAGE_RECEIVED").length, 5);
  }
  assertLessOrEqual(changes(writers[0]!).length - before, 4);
});

Deno.test("[FRAME-3] who is behind is not sent a chat, and is told everything when it has caught up", async () => {
  const world = await World.open();
  const { client: slow } = await world.viewer(1);
  const { client: fast } = await world.viewer(1);
  slow.outlet.backlog = SKIP_TREE_STATE_BACKLOG_BYTES + 1;
  const before = changes(slow).length;
  await world.say(fast, "1");
  fast.send({ command: "SEND_REACTION", name: NAME, reaction: "wow" });
  await world.clock.advance(1_000);
  assertEquals(changes(slow).length, before);
  slow.outlet.backlog = 0;
  await world.say(fast, "2");
  assertEquals([texts(slow), changes(slow).at(-1)!.self], [["1", "2"], slow.id]);
  slow.outlet.backlog = MAX_BACKLOG_BYTES;
  await world.say(fast, "3");
  assertEquals(slow.outlet.closedWith, null);
});

Deno.test("[CHAT-11] a chat ends with its broadcast, and the next one of the name is empty", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  await world.say(client, "Hello");
  await world.moderate(world.root, { isOn: false, mute: client.id });
  world.root.send({ command: "END_BROADCAST", name: NAME });
  await world.clock.advance(100);
  await world.start(world.root, NAME);
  const { client: late } = await world.viewer(1);
  const { messages, isOn, hidden } = changes(late)[0]!;
  assertEquals([messages, isOn, hidden], [[], true, []]);
  await world.say(late, "Anew");
  assertEquals([texts(late), texts(client)], [["Anew"], ["Hello"]]);
});

Deno.test("[CHAT-8] a mute holds from its acknowledgement on, whatever is being written meanwhile", async () => {
  const world = await World.open();
  const { client } = await world.viewer(1);
  for (let i = 0; i < 3; i++) {
    client.send({ command: "SEND_CHAT_MESSAGE", name: NAME, text: `${i}` });
    world.root.send({ command: "MODERATE_CHAT", name: NAME, mute: client.id });
  }
  await world.clock.advance(0);
  const written = () => client.outlet.of("SEND_CHAT_MESSAGE_RECEIVED").length;
  const atAcknowledgement = written();
  assert(world.root.outlet.of("MODERATE_CHAT_RECEIVED").length > 0);
  await world.say(client, "later");
  assertEquals(written(), atAcknowledgement);
  assertEquals(lastError(client)?.code, "chat_muted");
});

Deno.test("a store that fails is said to be our fault, and the chat goes on after it", async () => {
  class FailingStore extends MemoryTreeStore {
    isFailing = false;
    override broadcast(name: string) {
      if (this.isFailing) return Promise.reject(new Error("disk on fire"));
      return super.broadcast(name);
    }
  }
  const store = new FailingStore();
  const world = await World.open({ store });
  const { client } = await world.viewer(1);
  store.isFailing = true;
  await world.say(client, "lost");
  assertEquals(lastError(client)?.code, "internal");
  await world.clock.advance(11_000);
  store.isFailing = false;
  await world.say(client, "found");
  assertEquals(texts(client), ["found"]);
  assertEquals(new Set(world.faults), new Set(["command_failed", "chat_read_failed"]));
});
