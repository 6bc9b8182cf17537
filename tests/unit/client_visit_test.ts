import { assertEquals } from "@std/assert";
import { Visit } from "../../lib/client/element/visit.ts";
import { Emitter } from "../../lib/client/emitter.ts";
import type { TributaryEvents } from "../../lib/client/tributary.ts";
import { TributaryError, type TributaryErrorCode } from "../../lib/client/tributary_error.ts";
import type { TributaryState } from "../../lib/client/tributary_state.ts";
import { SimClock } from "../support/sim/sim_clock.ts";

/** Answers joins as it is told, at once. */
class Client extends Emitter<TributaryEvents> {
  joins = 0;
  isClosed = false;
  answer: TributaryErrorCode | "joined" = "joined";

  // deno-lint-ignore require-await
  async joinBroadcast(): Promise<void> {
    this.joins++;
    this.become("CONNECTING");
    if (this.answer === "joined") return this.become("LISTENING");
    this.become("READY");
    throw new TributaryError(this.answer);
  }

  become(state: TributaryState): void {
    this.emit("statechanged", state);
  }

  close(): void {
    this.isClosed = true;
    this.become("READY");
  }
}

/** A visit in virtual time, and what it has told. */
function world(answer: Client["answer"]) {
  const clock = new SimClock();
  const client = new Client();
  client.answer = answer;
  const followers = new Set<() => void>();
  const visit = new Visit({
    name: "x",
    client,
    follow(onLive) {
      followers.add(onLive);
      return () => followers.delete(onLive);
    },
    after: (ms, fn) => clock.after(ms, fn),
    random: () => 0.5,
  });
  const told: string[] = [];
  visit.on("state", (state) => told.push(state));
  visit.on("error", ({ code }) => told.push(`error ${code}`));
  const goLive = () => followers.forEach((onLive) => onLive());
  return { clock, client, visit, told, goLive, followers };
}

Deno.test("a visit waits for a broadcast that is not live, and joins when it is", async () => {
  const { clock, client, visit, told, goLive, followers } = world("unknown_broadcast");
  await visit.join();
  assertEquals(told, ["waiting"]);
  await clock.advance(1_000);
  assertEquals([client.joins, followers.size], [1, 1]);
  client.answer = "joined";
  goLive();
  await clock.advance(0);
  assertEquals([told, client.joins, followers.size], [["waiting", "live"], 2, 0]);
  await clock.advance(600_000);
  assertEquals(client.joins, 2, "whoever is there does not come again");
});

Deno.test("a visit asks now and then, also when nobody tells it", async () => {
  const { clock, client, visit, told } = world("unknown_broadcast");
  await visit.join();
  await clock.advance(14_000);
  assertEquals(client.joins, 1);
  await clock.advance(2_000);
  assertEquals(client.joins, 2);
  await clock.advance(600_000);
  assertEquals(client.joins, 22, "every half minute");
  assertEquals(told, ["waiting"], "nothing of that is news");
});

Deno.test("a visit tries again after a loss, ever less often, and tells of it once", async () => {
  const { clock, client, visit, told } = world("connection_lost");
  await visit.join();
  assertEquals(told, ["lost", "error connection_lost"]);
  const at: number[] = [];
  for (let s = 1; s <= 80; s++) {
    const before = client.joins;
    await clock.advance(1_000);
    if (client.joins > before) at.push(s);
  }
  assertEquals(at, [2, 6, 14, 30, 60]);
  assertEquals(told.length, 2);
  client.answer = "joined";
  await clock.advance(30_000);
  assertEquals(told.at(-1), "live");
});

Deno.test("a change of parent is told only when it takes long", async () => {
  const { clock, client, visit, told } = world("joined");
  await visit.join();
  client.become("RECONNECTING");
  await clock.advance(500);
  client.become("LISTENING");
  await clock.advance(5_000);
  assertEquals(told, ["live"]);
  client.become("RECONNECTING");
  await clock.advance(700);
  assertEquals(told, ["live", "reconnecting"]);
});

Deno.test("a visit that is over says and does nothing more", async () => {
  const { clock, client, visit, told, followers } = world("unknown_broadcast");
  await visit.join();
  visit.close();
  assertEquals([client.isClosed, followers.size], [true, 0]);
  await clock.advance(600_000);
  await visit.join();
  assertEquals([told, client.joins], [["waiting"], 1]);
});
