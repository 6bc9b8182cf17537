/** The tree in a KV that fails: on a simulated one, so that every operation can. */
import { assertEquals, assertRejects } from "@std/assert";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { seededRandom } from "../support/sim/random.ts";
import { newPeer } from "../support/tree_peers.ts";

class World {
  readonly clock = new SimClock();
  /** Says of each operation whether it fails. */
  fails = () => false;
  readonly store = new KvTreeStore({
    kv: simKv(new SimKvData(), {
      random: seededRandom(1),
      delay: (ms) => this.clock.delay(ms),
      maxLatencyMs: 10,
      lockedShare: 0,
      faultShare: () => this.fails() ? 1 : 0,
    }),
    random: seededRandom(2),
    delay: (ms) => this.clock.delay(ms),
  });

  /** Waits for an operation while virtual time passes. */
  async settled<T>(operation: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = () => isSettled = true;
    operation.then(done, done);
    while (!isSettled) await this.clock.advance(10);
    return await operation;
  }

  /** A broadcast with one live viewer. */
  async start(): Promise<void> {
    const { store } = this;
    const root = newPeer("root", { fanout: 2 });
    await this.settled(
      store.createBroadcast({ name: "b", edition: "e", title: "b", createdAt: 1, root }),
    );
    const [slot] = await this.settled(store.openSlots("b", 1));
    const placed = await this.settled(store.join("b", newPeer("v"), slot!));
    await this.settled(store.open("b", placed!));
  }
}

Deno.test("leave() rejects once when all of its reads fail, and leaves no other rejection behind", async () => {
  const world = new World();
  await world.start();
  let operations = 0;
  world.fails = () => ++operations > 1;
  await assertRejects(() => world.settled(world.store.leave("b", "v")), Error, "connection");
  await world.clock.advance(100);
  assertEquals(operations, 3, "its own record, then two reads at once");
});
