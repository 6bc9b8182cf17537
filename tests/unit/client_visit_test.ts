import { assertEquals } from "@std/assert";
import { Emitter, type Listener } from "../../lib/client/emitter.ts";
import type { TributaryEvents } from "../../lib/client/tributary.ts";
import { TributaryError, type TributaryErrorCode } from "../../lib/client/tributary_error.ts";
import type { TributaryState } from "../../lib/client/tributary_state.ts";
import { stateOfClient, stateOfError } from "../../lib/client/visit/player_state.ts";
import { type JoinOptions, Visit, type VisitOptions } from "../../lib/client/visit/visit.ts";
import { SimClock } from "../support/sim/sim_clock.ts";

/** Answers joins as it is told: at once, or when it is told to. */
class Client extends Emitter<TributaryEvents> {
  joins: [name: string, peerName?: string][] = [];
  answer: TributaryErrorCode | "joined" | "nothing" = "joined";
  /** How many listen. */
  heard = 0;
  #settle = (_answer: TributaryErrorCode | "joined") => {};

  override on<K extends keyof TributaryEvents>(event: K, listener: Listener<TributaryEvents[K]>) {
    this.heard++;
    const off = super.on(event, listener);
    return () => {
      this.heard--;
      off();
    };
  }

  joinBroadcast(name: string, peerName?: string): Promise<void> {
    this.joins.push([name, peerName]);
    this.become("CONNECTING");
    return new Promise((resolve, reject) => {
      this.#settle = (answer) => {
        if (answer !== "joined") return reject(new TributaryError(answer));
        this.become("LISTENING");
        resolve();
      };
      if (this.answer !== "nothing") this.settle(this.answer);
    });
  }

  /** Answers the join that is under way; a loss is told before that. */
  settle(answer: TributaryErrorCode | "joined"): void {
    if (answer === "connection_lost") this.become("DISCONNECTED");
    else if (answer !== "joined") this.become("READY");
    this.#settle(answer);
  }

  become(state: TributaryState): void {
    this.emit("statechanged", state);
  }
}

/** A visit in virtual time, and what it has told; on the client of an earlier one if it is given that. */
function world(
  answer: Client["answer"],
  { client = new Client(), clock = new SimClock(), ...options }: Partial<VisitOptions> & {
    client?: Client;
    clock?: SimClock;
  } = {},
) {
  client.answer = answer;
  const followers = new Set<(options?: JoinOptions) => void>();
  const visit = new Visit({
    name: "x",
    client,
    follow(join) {
      followers.add(join);
      return () => followers.delete(join);
    },
    after: (ms, fn) => clock.after(ms, fn),
    random: () => 0.5,
    ...options,
  });
  const told: string[] = [];
  visit.on("state", (state) => told.push(state));
  visit.on("error", ({ code }) => told.push(`error ${code}`));
  const goLive = (options?: JoinOptions) => followers.forEach((join) => join(options));
  /** In which of the next seconds it joins. */
  async function joinTimes(seconds: number): Promise<number[]> {
    const at: number[] = [];
    for (let s = 1; s <= seconds; s++) {
      const before = client.joins.length;
      await clock.advance(1_000);
      if (client.joins.length > before) at.push(s);
    }
    return at;
  }
  return { clock, client, visit, told, goLive, followers, joinTimes };
}

Deno.test("what the SDK says leads from one state of a player to the next", () => {
  assertEquals(stateOfError("unknown_broadcast", "connecting"), "waiting");
  assertEquals(stateOfError("unknown_broadcast", "ended"), "ended", "it was there before");
  assertEquals(stateOfError("no_capacity", "connecting"), "full");
  assertEquals(stateOfError("connection_lost", "live"), "lost");
  assertEquals(stateOfError("cancelled", "connecting"), "lost");
  assertEquals(stateOfError("internal", "waiting"), "failed");
  assertEquals(stateOfError("toString", "connecting"), "failed");
  assertEquals(stateOfClient("LISTENING", "connecting"), "live");
  assertEquals(stateOfClient("RECONNECTING", "live"), "reconnecting");
  assertEquals(stateOfClient("RECONNECTING", "lost"), "lost");
  assertEquals(stateOfClient("BROADCAST_ENDED", "live"), "ended");
  assertEquals(stateOfClient("DISCONNECTED", "waiting"), "waiting", "it goes on waiting");
  assertEquals(stateOfClient("DISCONNECTED", "idle"), "idle");
  assertEquals(stateOfClient("READY", "live"), "lost", "its page was left and is brought back");
  assertEquals(stateOfClient("READY", "waiting"), "waiting");
});

Deno.test("a visit waits for a broadcast that is not live, and joins when it is", async () => {
  const { clock, client, visit, told, goLive, followers } = world("unknown_broadcast");
  await visit.join();
  assertEquals(told, ["connecting", "waiting"]);
  await clock.advance(1_000);
  assertEquals([client.joins.length, followers.size], [1, 1]);
  client.answer = "joined";
  goLive({ isWish: false });
  await clock.advance(0);
  assertEquals(told, ["connecting", "waiting", "live"]);
  assertEquals([client.joins.length, followers.size], [2, 0]);
  await clock.advance(600_000);
  assertEquals(client.joins.length, 2, "whoever is there does not come again");
});

Deno.test("a visit that is told to wait only listens, and shows the join if it is to", async () => {
  const { clock, client, visit, told, goLive, followers } = world("joined");
  visit.wait();
  await clock.advance(600_000);
  assertEquals([told, client.joins.length, followers.size], [["waiting"], 0, 1]);
  goLive();
  await clock.advance(0);
  assertEquals(told, ["waiting", "connecting", "live"]);
  client.become("BROADCAST_ENDED");
  await clock.advance(600_000);
  assertEquals([told.at(-1), client.joins.length, followers.size], ["ended", 1, 1]);
});

Deno.test("a visit that asks by itself does so now and then, also when nobody tells it", async () => {
  const { clock, client, visit, told } = world("unknown_broadcast", { asksByItself: true });
  await visit.join();
  await clock.advance(14_000);
  assertEquals(client.joins.length, 1);
  await clock.advance(2_000);
  assertEquals(client.joins.length, 2);
  await clock.advance(600_000);
  assertEquals(client.joins.length, 22, "every half minute");
  assertEquals(told, ["connecting", "waiting"], "nothing of that is news");
});

Deno.test("a visit has failed when the service is busy, unless it asks by itself", async () => {
  const shown = world("busy");
  await shown.visit.join();
  assertEquals(await shown.joinTimes(60), []);
  assertEquals(shown.told, ["connecting", "failed", "error busy"]);
  const alone = world("busy", { asksByItself: true });
  await alone.visit.join();
  assertEquals(await alone.joinTimes(10), [2, 6]);
  assertEquals(alone.told, ["connecting", "full", "error busy"]);
});

Deno.test("a visit tries again after a loss, ever less often, and tells of it once", async () => {
  const { clock, client, visit, told, joinTimes } = world("connection_lost");
  await visit.join();
  assertEquals(told, ["connecting", "lost"], "the client has told why");
  assertEquals(await joinTimes(80), [2, 6, 14, 30, 60]);
  assertEquals(told.length, 2);
  client.answer = "joined";
  await clock.advance(30_000);
  assertEquals(told.at(-1), "live");
});

Deno.test("the pause goes on growing when a loss turns into a lack of room; a wish begins anew", async () => {
  const { clock, client, visit, told, joinTimes } = world("connection_lost");
  await visit.join();
  assertEquals(await joinTimes(7), [2, 6]);
  client.answer = "no_capacity";
  assertEquals(await joinTimes(30), [7, 23]);
  assertEquals(told, ["connecting", "lost", "full", "error no_capacity"]);
  await visit.join();
  assertEquals(told.slice(-3), ["connecting", "full", "error no_capacity"]);
  assertEquals(await joinTimes(10), [2, 6]);
  client.answer = "joined";
  await clock.advance(30_000);
  assertEquals(told.at(-1), "live");
});

Deno.test("a wish is seen while a quiet join is under way, and joins only once", async () => {
  const { clock, client, visit, told } = world("connection_lost");
  await visit.join();
  client.answer = "nothing";
  await clock.advance(2_000);
  assertEquals([client.joins.length, told], [2, ["connecting", "lost"]]);
  void visit.join();
  assertEquals(told, ["connecting", "lost", "connecting"]);
  await clock.advance(60_000);
  assertEquals(client.joins.length, 2);
  client.settle("joined");
  assertEquals(told.at(-1), "live");
});

Deno.test("who hears that a join has failed may wish another one at once", async () => {
  const { clock, client, visit, told } = world("internal");
  const off = visit.on("state", (state) => {
    if (state !== "failed") return;
    off();
    client.answer = "joined";
    void visit.join();
  });
  await visit.join();
  await clock.advance(0);
  assertEquals(client.joins.length, 2);
  assertEquals(told.at(-1), "live");
});

Deno.test("a change of parent is told only when it takes long", async () => {
  const { clock, client, visit, told } = world("joined");
  await visit.join();
  client.become("RECONNECTING");
  await clock.advance(500);
  client.become("LISTENING");
  await clock.advance(5_000);
  assertEquals(told, ["connecting", "live"]);
  client.become("RECONNECTING");
  await clock.advance(700);
  assertEquals(told, ["connecting", "live", "reconnecting"]);
});

Deno.test("a visit that is over says and does nothing more", async () => {
  const { clock, client, visit, told, followers } = world("unknown_broadcast");
  await visit.join();
  visit.close();
  assertEquals(followers.size, 0);
  await clock.advance(600_000);
  await visit.join();
  client.become("LISTENING");
  assertEquals([told, client.joins.length], [["connecting", "waiting"], 1]);
});

Deno.test("a visit may end in a pause, in a change of parent, in a join, and by whoever hears of it", async () => {
  const inPause = world("connection_lost");
  await inPause.visit.join();
  inPause.visit.close();
  assertEquals(await inPause.joinTimes(60), []);

  const inChange = world("joined");
  await inChange.visit.join();
  inChange.client.become("RECONNECTING");
  inChange.visit.close();
  await inChange.clock.advance(5_000);
  assertEquals(inChange.told, ["connecting", "live"]);

  const inJoin = world("nothing");
  void inJoin.visit.join();
  await inJoin.clock.advance(0);
  inJoin.visit.close();
  inJoin.client.settle("cancelled");
  assertEquals(await inJoin.joinTimes(60), []);
  assertEquals([inJoin.told, inJoin.visit.state], [["connecting"], "connecting"]);

  const byListener = world("connection_lost");
  byListener.visit.on("state", (state) => {
    if (state === "lost") byListener.visit.close();
  });
  await byListener.visit.join();
  assertEquals(await byListener.joinTimes(60), []);
});

Deno.test("the next visit joins when the leave is over, and hears nothing from before", async () => {
  const first = world("joined", { peerName: () => "Ada" });
  await first.visit.join();
  const { client, clock } = first;
  const left = Promise.withResolvers<void>();
  first.visit.close();

  const next = world("joined", {
    client,
    clock,
    earlier: left.promise,
    peerName: () => "Grace",
  });
  void next.visit.join();
  client.become("LISTENING");
  client.become("READY");
  await clock.advance(60_000);
  assertEquals([next.told, client.joins.length], [["connecting"], 1]);
  left.resolve();
  await clock.advance(0);
  assertEquals(next.told, ["connecting", "live"]);
  assertEquals(client.joins, [["x", "Ada"], ["x", "Grace"]]);
  assertEquals([first.told, client.heard], [["connecting", "live"], 1]);
});

Deno.test("a visit that ends before the leave of an earlier one does not join any more", async () => {
  const left = Promise.withResolvers<void>();
  const { client, clock, visit, told } = world("joined", { earlier: left.promise });
  void visit.join();
  visit.close();
  left.resolve();
  await clock.advance(60_000);
  assertEquals([told, client.joins.length], [["connecting"], 0]);
});
