/** Rules FRAME and ERR of docs/PROTOCOL.md, against the real server. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { NonReader } from "../support/non_reader.ts";
import { freshName, protocolWorld } from "./protocol_world.ts";

const newWorld = protocolWorld({ maxListeners: 3 });

/** What a client may send that makes no sense, with what it is told. */
const BAD_FRAMES: [frame: string, code: string, answers?: string][] = [
  ["", "bad_json"],
  ["{", "bad_json"],
  ["nonsense", "bad_json"],
  ["null", "bad_message"],
  ["[]", "bad_message"],
  ["17", "bad_message"],
  ['"text"', "bad_message"],
  ["{}", "bad_message"],
  ['{"command":7}', "bad_message"],
  ['{"command":"NOPE"}', "unknown_command", "NOPE"],
  ['{"command":"__proto__"}', "unknown_command", "__proto__"],
  ['{"command":"constructor"}', "unknown_command", "constructor"],
  ['{"command":"START_BROADCAST"}', "invalid_field", "START_BROADCAST"],
  ['{"command":"START_BROADCAST","name":7}', "invalid_field", "START_BROADCAST"],
  ['{"command":"START_BROADCAST","name":"x","peerName":{}}', "invalid_field", "START_BROADCAST"],
  ['{"command":"END_BROADCAST","name":null}', "invalid_field", "END_BROADCAST"],
  ['{"command":"JOIN_BROADCAST","name":"x"}', "invalid_field", "JOIN_BROADCAST"],
  ['{"command":"JOIN_BROADCAST","name":"x","offer":[]}', "invalid_field", "JOIN_BROADCAST"],
  ['{"command":"JOIN_BROADCAST","name":"x","offer":"sdp"}', "invalid_field", "JOIN_BROADCAST"],
  ['{"command":"JOIN_BROADCAST","offer":{}}', "invalid_field", "JOIN_BROADCAST"],
  ['{"command":"LEAVE_BROADCAST","name":[]}', "invalid_field", "LEAVE_BROADCAST"],
  ['{"command":"LEAVE_BROADCAST"}', "not_watching", "LEAVE_BROADCAST"],
  [
    '{"command":"RELAY_BROADCAST_RECEIVED","peer":"x"}',
    "invalid_field",
    "RELAY_BROADCAST_RECEIVED",
  ],
  ['{"command":"ICE_CANDIDATES","peer":"x"}', "invalid_field", "ICE_CANDIDATES"],
  ['{"command":"ICE_CANDIDATES","peer":"x","candidates":{}}', "invalid_field", "ICE_CANDIDATES"],
  ['{"command":"ICE_CANDIDATES","candidates":[]}', "invalid_field", "ICE_CANDIDATES"],
  ['{"command":"ICE_CANDIDATES_RECEIVED"}', "invalid_field", "ICE_CANDIDATES_RECEIVED"],
  ['{"command":"SUBSCRIBE_TO_TREE_STATE"}', "invalid_field", "SUBSCRIBE_TO_TREE_STATE"],
  ['{"command":"UNSUBSCRIBE_FROM_TREE_STATE"}', "invalid_field", "UNSUBSCRIBE_FROM_TREE_STATE"],
];

Deno.test("[ERR-1] [ERR-2] [ERR-3] bad input gets an ERROR, and the connection lives", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  for (const [frame, code, answers] of BAD_FRAMES) {
    peer.sendRaw(frame);
    const error = await peer.waitFor("ERROR");
    assertEquals([error.code, error.answers], [code, answers], frame);
    assert(error.message.length > 0);
  }
  await peer.fetchConfig();
});

Deno.test("[ERR-3] the text names the field, in the prototype's words", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  peer.sendRaw('{"command":"START_BROADCAST"}');
  const { message } = await peer.waitFor("ERROR");
  assertEquals(
    message,
    'No "name" property specified or not a string in START_BROADCAST message',
  );
});

Deno.test("[FRAME-1] binary frames with the same text are accepted", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  peer.sendRaw(new TextEncoder().encode('{"command":"FETCH_CONFIG"}'));
  await peer.waitFor("FETCH_CONFIG_RECEIVED");
  peer.sendRaw(new Uint8Array([0xff, 0xfe, 0x00]));
  assertEquals((await peer.waitFor("ERROR")).code, "bad_json");
});

Deno.test("[FRAME-2] a frame above 256 KiB closes its socket with 1009 and nothing else", async () => {
  await using world = newWorld();
  const name = freshName();
  const root = await world.broadcaster(name);
  const viewer = await world.viewer(name);
  const limit = 256 * 1024;
  for (const frame of [frameOf(limit + 1, "x"), frameOf(limit + 2, "ü"), "[".repeat(5_000_000)]) {
    const peer = await world.connect();
    peer.sendRaw(frame);
    assertEquals((await peer.closed).code, 1009);
  }
  const big = await world.connect();
  big.sendRaw(frameOf(limit, "ü"));
  assertStringIncludes((await big.waitFor("ERROR")).message, "Unknown command");
  viewer.sendCandidates([]);
  await root.waitFor("ICE_CANDIDATES");
  await viewer.waitFor("ICE_CANDIDATES_RECEIVED");
});

Deno.test("[FRAME-2] a broadcaster's frame that is too big ends its broadcast like any lost socket", async () => {
  await using world = newWorld();
  const name = freshName();
  const root = await world.broadcaster(name);
  const viewer = await world.viewer(name);
  root.sendRaw(frameOf(300_000, "x"));
  await viewer.waitFor("BROADCAST_ENDED");
});

Deno.test("[FRAME-3] a client that does not read is dropped, and blocks nobody", async () => {
  await using world = newWorld();
  const name = freshName();
  const root = await world.broadcaster(name, { peerName: "root" });
  const sender = await world.viewer(name, { peerName: "sender" });
  // A viewer that reads until it is linked to the root, and then no more.
  const deaf = await NonReader.connect(world.server.wsUrl);
  const deafId = await deaf.joinAs(root, name);
  await root.subscribe(name);
  const candidates = [{ candidate: "x".repeat(100_000) }];
  let sentBytes = 0;
  const isDropped = () => root.received.some(({ command }) => command === "ERROR");
  // What the machine's TCP buffers take before anything waits in the server is not ours to decide.
  while (!isDropped() && sentBytes < 100_000_000) {
    root.sendCandidates(candidates, deafId);
    sentBytes += 100_000;
    sender.sendCandidates([{ sentBytes }]);
    await sender.waitFor("ICE_CANDIDATES_RECEIVED");
    await root.fetchConfig();
  }
  assertEquals((await root.waitFor("ERROR")).code, "not_linked");
  await root.waitFor((message) =>
    message.command === "TREE_STATE_CHANGED" &&
    message.tree.children.every(({ id }) => id !== deafId)
  );
  deaf.close();
});

Deno.test("[FRAME-5] commands sent together take effect in their order", async () => {
  await using world = newWorld();
  const name = freshName();
  const peer = await world.connect();
  peer.send({ command: "START_BROADCAST", name });
  peer.send({ command: "SUBSCRIBE_TO_TREE_STATE", name });
  peer.send({ command: "UNSUBSCRIBE_FROM_TREE_STATE", name });
  peer.send({ command: "END_BROADCAST", name });
  peer.send({ command: "START_BROADCAST", name });
  peer.send({ command: "END_BROADCAST", name });
  for (let i = 0; i < 2; i++) await peer.waitFor("END_BROADCAST_RECEIVED");
  assertEquals(
    peer.received.map(({ command }) => command).filter((c) => c !== "TREE_STATE_CHANGED"),
    [
      "START_BROADCAST_RECEIVED",
      "SUBSCRIBE_TO_TREE_STATE_RECEIVED",
      "UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED",
      "BROADCAST_ENDED",
      "END_BROADCAST_RECEIVED",
      "START_BROADCAST_RECEIVED",
      "BROADCAST_ENDED",
      "END_BROADCAST_RECEIVED",
    ],
  );
});

Deno.test("[FRAME-6] a flood of commands is refused beyond 64, and all are answered", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  const sent = 500;
  for (let i = 0; i < sent; i++) {
    peer.send({ command: "END_BROADCAST", name: "no such broadcast" });
  }
  await peer.waitFor(() => peer.received.length === sent);
  const codes = new Set(peer.received.map((m) => m.command === "ERROR" ? m.code : m.command));
  assert(codes.has("unknown_broadcast") && codes.has("busy"));
  const fresh = await VirtualPeer.connect(world.server.wsUrl);
  await fresh.fetchConfig();
  await fresh.close();
});

/** An unknown command in a frame of exactly so many bytes. */
function frameOf(bytes: number, filler: string): string {
  const wrap = (text: string) => `{"command":"NOPE","x":"${text}"}`;
  const width = new TextEncoder().encode(filler).length;
  const room = bytes - wrap("").length;
  const text = filler.repeat(Math.floor(room / width));
  return wrap(text + "x".repeat(room - Math.floor(room / width) * width));
}
