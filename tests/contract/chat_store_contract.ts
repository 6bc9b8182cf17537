/** What every chat store has to do, whatever keeps it. */
import { assert, assertEquals } from "@std/assert";
import { type ChatMessage, KEPT_CHAT_MESSAGES } from "../../lib/protocol/mod.ts";
import type { ChatStore } from "../../lib/store/chat_store.ts";
import type { TreeStore } from "../../lib/store/tree_store.ts";
import { newPeer } from "../support/tree_peers.ts";

/** A store under test, with the tree that knows what is live. */
export interface ChatStoreUnderTest {
  store: ChatStore;
  tree: TreeStore;
  close(): void;
}

/** Registers the contract for one implementation. */
export function chatStoreContract(name: string, open: () => Promise<ChatStoreUnderTest>): void {
  const test = (what: string, body: (world: ChatStoreUnderTest) => Promise<void>) =>
    Deno.test(`chat store (${name}): ${what}`, async () => {
      const world = await open();
      try {
        await body(world);
      } finally {
        world.close();
      }
    });

  test("a chat begins empty and on, and there is none without a live broadcast", async (world) => {
    const { store, tree } = world;
    assertEquals(await store.read("b"), null);
    await start(tree);
    const { rules, messages, broadcast } = (await store.read("b"))!;
    assertEquals([rules, messages], [{ isOn: true, muted: [], hidden: [] }, []]);
    assertEquals([broadcast.root, broadcast.edition], ["root", "first"]);
    await tree.beginEnding("b", "root");
    assertEquals(await store.read("b"), null);
  });

  test("messages come back in the order of their ids, however they were written", async (world) => {
    const { store, tree } = world;
    await start(tree);
    const reading = (await store.read("b"))!;
    assert(await store.append(reading, [message("c"), message("a")]));
    assert(await store.append(reading, [message("b")]));
    const { messages } = (await store.read("b"))!;
    assertEquals(messages, [message("a"), message("b"), message("c")]);
  });

  test("[CHAT-2] of many messages the last ones are kept", async ({ store, tree }) => {
    await start(tree);
    for (let i = 0; i < 500; i += 25) {
      const batch = Array.from({ length: 25 }, (_, k) => message(numbered(i + k)));
      assert(await store.append((await store.read("b"))!, batch));
    }
    const { messages } = (await store.read("b"))!;
    assert(messages.length >= KEPT_CHAT_MESSAGES, `only ${messages.length}`);
    assert(messages.length <= KEPT_CHAT_MESSAGES + 25, `as many as ${messages.length}`);
    assertEquals(messages.at(-1)!.id, numbered(499));
  });

  test("what many write at once without looking is tidied up in the end", async (world) => {
    const { store, tree } = world;
    await start(tree);
    const early = (await store.read("b"))!;
    for (let i = 0; i < 400; i += 50) {
      const batch = Array.from({ length: 50 }, (_, k) => message(numbered(i + k)));
      assert(await store.append(early, batch));
    }
    for (let i = 400; i < 403; i++) {
      assert(await store.append((await store.read("b"))!, [message(numbered(i))]));
    }
    const { messages } = (await store.read("b"))!;
    assert(messages.length <= KEPT_CHAT_MESSAGES + 3, `as many as ${messages.length}`);
    assertEquals(messages.at(-1)!.id, numbered(402));
  });

  test("[CHAT-7] a message that is hidden is gone", async ({ store, tree }) => {
    await start(tree);
    await store.append((await store.read("b"))!, [message("a"), message("b")]);
    const reading = (await store.read("b"))!;
    assert(await store.govern(reading, { ...reading.rules, hidden: ["a"] }));
    const { messages, rules } = (await store.read("b"))!;
    assertEquals([messages, rules.hidden], [[message("b")], ["a"]]);
  });

  test("[CHAT-8] nothing is written by a reading from before a decision", async (world) => {
    const { store, tree } = world;
    await start(tree);
    const before = (await store.read("b"))!;
    const muted = [{ id: "v", name: "V" }];
    assert(await store.govern(before, { ...before.rules, muted }));
    assertEquals(await store.append(before, [message("a")]), false);
    assertEquals(await store.govern(before, { ...before.rules, isOn: false }), false);
    const after = (await store.read("b"))!;
    assertEquals([after.messages, after.rules], [[], { isOn: true, muted, hidden: [] }]);
    assert(await store.append(after, [message("a")]));
  });

  test("[CHAT-11] nothing is written after the end, and the next one begins anew", async (world) => {
    const { store, tree } = world;
    await start(tree);
    const first = (await store.read("b"))!;
    await store.append(first, [message("a")]);
    await store.govern(first, { isOn: false, muted: [], hidden: ["x"] });
    const last = (await store.read("b"))!;
    await tree.beginEnding("b", "root");
    assertEquals(await store.append(last, [message("late")]), false);
    assertEquals(await store.govern(last, last.rules), false);
    await tree.sweep("b");
    await start(tree, "second");
    const { rules, messages } = (await store.read("b"))!;
    assertEquals([rules, messages], [{ isOn: true, muted: [], hidden: [] }, []]);
    assertEquals(await store.append(last, [message("late")]), false);
  });
}

async function start(tree: TreeStore, edition = "first"): Promise<void> {
  const root = newPeer("root");
  await tree.createBroadcast({ name: "b", edition, title: "b", createdAt: 1, root });
}

function message(id: string): ChatMessage {
  return { id, at: 1, from: "v", name: "V", text: `says ${id}` };
}

function numbered(i: number): string {
  return String(i).padStart(5, "0");
}
