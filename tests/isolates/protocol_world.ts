/**
 * What the protocol's tests share: one real server with several isolates for a whole file, and
 * virtual peers that are closed at the end of each test.
 */
import { assertEquals } from "@std/assert";
import { RefusedError, VirtualPeer, type VirtualPeerOptions } from "../support/virtual_peer.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.ts";
import { assertAllGivenUp, assertStoppedClean } from "./leftovers.ts";
import type { ErrorCode, ServerMessageOf, TreeNode } from "../../lib/protocol/mod.ts";

/** What closes a socket takes a message between instances, on a busy machine. */
const CLOSED_WITHIN_MS = 5_000;

/** Peers of one test. */
export interface World extends AsyncDisposable {
  server: TestServer;
  connect(options?: VirtualPeerOptions): Promise<VirtualPeer>;
  /** Connects a broadcaster and starts a broadcast. */
  broadcaster(name: string, options?: VirtualPeerOptions): Promise<VirtualPeer>;
  /** Connects a viewer and joins. */
  viewer(name: string, options?: VirtualPeerOptions): Promise<VirtualPeer>;
}

/** Registers the start and end of a file's server; the returned function makes a test's world. */
export function protocolWorld(options: TestServerOptions): () => World {
  let server: TestServer;
  let folder: string;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "tributary-protocol-" });
    const kvFile = `${folder}/kv.db`;
    server = await startTestServer({ jobs: 3, withoutBundles: true, kvFile, ...options });
  });
  Deno.test.afterAll(async () => {
    await using _ = { [Symbol.asyncDispose]: () => end(server, folder) };
    await assertAllGivenUp(server.kvFile);
    const code = await server.stop();
    const faults = server.logs().split("\n").filter((line) => line.includes('"level":"error"'));
    assertEquals(faults, [], "the server logged faults");
    assertEquals(code, 0, "the server did not end in good order");
    await assertStoppedClean(server.kvFile);
  });
  return () => {
    const peers: VirtualPeer[] = [];
    const connect = async (peerOptions?: VirtualPeerOptions) => {
      const peer = await VirtualPeer.connect(server.wsUrl, peerOptions);
      peers.push(peer);
      return peer;
    };
    return {
      server,
      connect,
      async broadcaster(name, peerOptions) {
        const peer = await connect(peerOptions);
        await peer.startBroadcast(name);
        return peer;
      },
      async viewer(name, peerOptions) {
        const peer = await connect(peerOptions);
        await peer.joinBroadcast(name);
        return peer;
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(peers.map((peer) => peer.close()));
      },
    };
  };
}

/** Ends a server, whatever has failed before, and removes its data. */
async function end(server: TestServer, folder: string): Promise<void> {
  await server.stop();
  await Deno.remove(folder, { recursive: true });
}

/** A peer that has said HELLO. */
export interface Greeted {
  peer: VirtualPeer;
  welcome: ServerMessageOf<"WELCOME">;
}

/** Connects a peer and says HELLO, with a token if there is one. Whoever calls it closes the peer. */
export async function greet(
  url: string,
  resume?: string,
  options?: VirtualPeerOptions,
): Promise<Greeted> {
  const peer = await VirtualPeer.connect(url, options);
  peer.send({ command: "HELLO", version: 1, resume });
  return { peer, welcome: await peer.waitFor("WELCOME") };
}

/** Resolves with the code that a socket is closed with; rejects when it stays open for long. */
export async function closeCode(
  peer: VirtualPeer,
  timeoutMs: number = CLOSED_WITHIN_MS,
): Promise<number> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The socket is still open")), timeoutMs);
  const { code } = await Promise.race([peer.closed, promise]).finally(() => clearTimeout(timer));
  return code;
}

/** Asserts that a request is refused with a code. */
export async function assertRefused(request: Promise<unknown>, code: ErrorCode): Promise<void> {
  const outcome = await request.then(() => "granted", (error) => error);
  if (!(outcome instanceof RefusedError)) throw outcome;
  assertEquals(outcome.code, code, outcome.message);
}

/** Waits for a tree that looks like this: names in nested arrays, for example `["root", ["v1"]]`. */
export async function waitForTree(peer: VirtualPeer, shape: TreeShape): Promise<void> {
  const wanted = JSON.stringify(shape);
  await peer.waitFor((message) =>
    message.command === "TREE_STATE_CHANGED" && JSON.stringify(treeShape(message.tree)) === wanted
  );
}

/** A peer's name and its children's shapes, sorted. */
export type TreeShape = [name: string, ...children: TreeShape[]];

/** Brings a tree into the form that waitForTree compares. */
export function treeShape(tree: TreeNode): TreeShape {
  const children = tree.children.map(treeShape);
  children.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return [tree.name, ...children];
}

/** How many peers a tree has, the root too. */
export function countPeers(tree: TreeNode): number {
  return tree.children.reduce((sum, child) => sum + countPeers(child), 1);
}

let counter = 0;

/** A name that no other test uses. */
export function freshName(): string {
  return `broadcast ${++counter}`;
}
