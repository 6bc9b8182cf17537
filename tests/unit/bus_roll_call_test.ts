import { assertEquals } from "@std/assert";
import { type Call, RollCall } from "../../lib/bus/roll_call.ts";
import { VirtualTimers } from "./bus_virtual_time.ts";

/** Instances on one channel, in virtual time. */
function setUp() {
  const timers = new VirtualTimers();
  const members = new Map<string, RollCall>();
  const events: string[] = [];
  const posts: Call[] = [];
  const network = { isSilent: false };
  const join = (instance: string) => {
    const rollCall = new RollCall({
      instance,
      timers,
      post(call) {
        posts.push(call);
        if (network.isSilent) return;
        timers.after(0, () => {
          for (const [id, member] of members) if (id !== instance) member.receive(call);
        });
      },
      onNear: (other) => events.push(`${instance}: ${other} is near`),
      onGone: (other) => events.push(`${instance}: ${other} is gone`),
    });
    members.set(instance, rollCall);
    rollCall.start();
    return rollCall;
  };
  return { timers, events, posts, network, join };
}

Deno.test("RollCall lets everybody find everybody, whoever came first", () => {
  const { timers, events, join } = setUp();
  const a = join("a");
  timers.advance(60_000);
  const b = join("b");
  timers.advance(1);
  assertEquals([a.near(), b.near(), a.isNear("b"), a.isNear("a")], [["b"], ["a"], true, false]);
  timers.advance(60_000);
  assertEquals(events, ["a: b is near", "b: a is near"]);
});

Deno.test("RollCall repeats what was lost", () => {
  const { timers, network, join } = setUp();
  network.isSilent = true;
  const [a, b] = [join("a"), join("b")];
  timers.advance(100);
  network.isSilent = false;
  timers.advance(200);
  assertEquals([a.near(), b.near()], [["b"], ["a"]]);
});

Deno.test("RollCall strikes off at once who says goodbye", () => {
  const { timers, events, join } = setUp();
  const a = join("a");
  const b = join("b");
  timers.advance(10_000);
  events.length = 0;
  b.close();
  timers.advance(1);
  assertEquals(events, ["a: b is gone"]);
  assertEquals([a.near(), b.near()], [[], []]);
});

Deno.test("RollCall takes back who was struck off when it calls again", () => {
  const { timers, events, join } = setUp();
  const a = join("a");
  join("b");
  timers.advance(10_000);
  events.length = 0;
  a.remove("b");
  a.remove("b");
  timers.advance(6_000);
  assertEquals(events, ["a: b is gone", "a: b is near"]);
});

Deno.test("RollCall notices silence", () => {
  const { timers, network, events, join } = setUp();
  join("a");
  join("b");
  timers.advance(10_000);
  network.isSilent = true;
  events.length = 0;
  timers.advance(15_000);
  assertEquals(events, []);
  timers.advance(10_000);
  assertEquals(events.toSorted(), ["a: b is gone", "b: a is gone"]);
});

Deno.test("RollCall costs one post in five seconds once everybody is found", () => {
  const { timers, posts, join } = setUp();
  join("a");
  join("b");
  timers.advance(10_000);
  posts.length = 0;
  timers.advance(50_000);
  assertEquals(posts.length, 20);
});
