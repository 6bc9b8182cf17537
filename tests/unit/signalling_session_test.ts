import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  CLOSE_NOT_READING,
  MAX_BACKLOG_BYTES,
  SKIP_TREE_STATE_BACKLOG_BYTES,
} from "../../lib/protocol/mod.ts";
import { type ChildLink, Session, type Watching } from "../../lib/signalling/session.ts";
import { seededRandom } from "../support/sim/random.ts";
import { TestOutlet } from "../support/test_outlet.ts";
import { HERE } from "../support/tree_peers.ts";

function newSession() {
  const outlet = new TestOutlet();
  const dropped: Session[] = [];
  const session = new Session("p1", (gone) => dropped.push(gone), outlet);
  return { outlet, dropped, session };
}

const link = (fields: Partial<ChildLink> = {}): ChildLink => ({
  address: HERE,
  broadcast: "b",
  attempt: 1,
  answered: false,
  ...fields,
});

const watching = (parent: Watching["parent"]): Watching => ({
  broadcast: "b",
  peerName: "Ann",
  edition: "edition",
  member: true,
  attempt: 1,
  offer: null,
  until: 0,
  unanswered: null,
  parent,
  placed: null,
  asking: null,
  relay: null,
  pending: null,
  settled: null,
  lostParents: null,
  avoided: null,
  deadline: null,
  endedEditions: null,
});

for (const [kind, letter] of [["one", "x"], ["two", "ü"], ["three", "水"], ["four", "🎥"]]) {
  Deno.test(`[FRAME-3] never more than 4 MiB wait for a client, with letters of ${kind} bytes`, () => {
    const { outlet, dropped, session } = newSession();
    const random = seededRandom(3);
    let bytes = 0;
    for (let i = 0; i < 10_000 && session.isOpen; i++) {
      const sent = outlet.frames.length;
      session.sendFrame(letter!.repeat(1 + Math.floor(random() * 10_000)));
      if (outlet.frames.length === sent) break;
      bytes += new TextEncoder().encode(outlet.frames[sent]!).length;
      outlet.backlog = bytes;
      assertLessOrEqual(bytes, MAX_BACKLOG_BYTES);
    }
    assertEquals(session.isOpen, false);
    assertEquals(outlet.closedWith?.code, CLOSE_NOT_READING);
    assertEquals(dropped, [session]);
    assert(bytes > MAX_BACKLOG_BYTES * 0.9, `dropped at ${bytes} bytes already`);
  });
}

Deno.test("[FRAME-3] a client that reads is never dropped, however much it is sent", () => {
  const { outlet, dropped, session } = newSession();
  for (let i = 0; i < 100; i++) session.sendFrame("x".repeat(256 * 1024));
  assertEquals(outlet.frames.length, 100);
  assertEquals([session.isOpen, dropped.length], [true, 0]);
});

Deno.test("[FRAME-3] a frame of up to 4 MiB is no reason to drop a client that waits for nothing", () => {
  for (const frame of ["x".repeat(MAX_BACKLOG_BYTES), "ü".repeat(MAX_BACKLOG_BYTES / 2)]) {
    const { outlet, session } = newSession();
    assertEquals([session.hasRoomFor(frame), session.hasRoomFor(`${frame}x`)], [true, false]);
    session.sendFrame(frame);
    assertEquals([outlet.frames.length, session.isOpen], [1, true]);
  }
});

Deno.test("a session that was dropped is told of once, and sends nothing more", () => {
  const { outlet, dropped, session } = newSession();
  outlet.backlog = MAX_BACKLOG_BYTES;
  session.send({ command: "START_BROADCAST_RECEIVED" });
  outlet.backlog = 0;
  session.send({ command: "START_BROADCAST_RECEIVED" });
  session.close(1000, "again");
  assertEquals(outlet.frames, []);
  assertEquals(dropped.length, 1);
  assertEquals(outlet.closedWith?.code, CLOSE_NOT_READING, "closed once only");
});

Deno.test("a session whose socket is gone sends and closes nothing", () => {
  const { outlet, dropped, session } = newSession();
  session.markClosed();
  session.send({ command: "START_BROADCAST_RECEIVED" });
  session.close(1012, "restart");
  assertEquals([outlet.frames, outlet.closedWith, dropped, session.isOpen], [[], null, [], false]);
});

Deno.test("[FRAME-4] isBehind says when a tree state had better be skipped", () => {
  const { outlet, session } = newSession();
  outlet.backlog = SKIP_TREE_STATE_BACKLOG_BYTES;
  assertEquals(session.isBehind, false);
  outlet.backlog++;
  assertEquals(session.isBehind, true);
  outlet.backlog = 0;
  assertEquals(session.isBehind, false);
});

Deno.test("[LINK-1] linkedAddress() knows parent and children, and nobody else", () => {
  const { session } = newSession();
  const there = { instance: "there", region: "us" };
  assertEquals(session.linkedAddress("parent"), undefined);
  session.watching = watching({ id: "parent", address: there });
  session.setChild("child", link({ address: HERE }));
  assertEquals(session.linkedAddress("parent"), there);
  assertEquals(session.linkedAddress("child"), HERE);
  assertEquals(session.linkedAddress("p1"), undefined);
  assertEquals(session.linkedAddress("__proto__"), undefined);
  session.watching.parent = null;
  session.deleteChild("child");
  assertEquals(session.linkedAddress("parent"), undefined);
  assertEquals(session.linkedAddress("child"), undefined);
});

Deno.test("a broadcast that is over takes its children along, and no others", () => {
  const { session } = newSession();
  session.addBroadcast("a");
  session.addBroadcast("b");
  session.setChild("in a", link({ broadcast: "a" }));
  session.setChild("in b", link({ broadcast: "b" }));
  session.setChild("in b too", link({ broadcast: "b", attempt: 2 }));
  session.deleteBroadcast("b");
  assertEquals([...session.broadcasts], ["a"]);
  assert(session.child("in a"));
  assertEquals([session.child("in b"), session.child("in b too")], [undefined, undefined]);
});

Deno.test("a fresh session knows nothing, and forgetting is no fault", () => {
  const { session } = newSession();
  session.deleteBroadcast("a");
  session.deleteChild("x");
  session.deleteChildrenOf("a");
  assertEquals(session.broadcasts.size, 0);
  assertEquals(session.child("x"), undefined);
});
