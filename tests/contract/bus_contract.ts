/**
 * What every implementation of the bus promises (lib/bus/bus.ts), as tests. An implementation
 * passes a function that opens ends which can reach each other.
 */
import { assert, assertEquals } from "@std/assert";
import type { BusMessage } from "../../lib/bus/bus.ts";
import { type BusGroup, type Report, until } from "./bus_end.ts";

/** Opens a bus for each instance. */
export type OpenGroup = (instances: string[]) => Promise<BusGroup>;

/** Registers the contract's tests for one implementation. */
export function busContract(name: string, open: OpenGroup): void {
  const test = (rule: string, body: (group: BusGroup) => Promise<void>) =>
    Deno.test(`${name}: ${rule}`, async () => {
      const group = await open(["a", "b", "c"]);
      try {
        await body(group);
      } finally {
        await group.stop();
      }
    });

  test("send() delivers in order, once, with the sender's name", async (group) => {
    const [a, b, c] = [group.end("a"), group.end("b"), group.end("c")];
    await Promise.all([a, b, c].map((end) => end.run({ do: "listen" })));
    await a.run(...range(50).map((n) => ({ do: "send" as const, to: "c", message: `a${n}` })));
    await b.run(...range(50).map((n) => ({ do: "send" as const, to: "c", message: `b${n}` })));
    await until("100 messages", async () => (await c.report()).messages.length >= 100);
    const report = await c.report();
    assertEquals(from(report, "a"), range(50).map((n) => `a${n}`));
    assertEquals(from(report, "b"), range(50).map((n) => `b${n}`));
    assertEquals((await a.report()).messages, []);
    assertEquals((await b.report()).messages, []);
  });

  test("a burst between all instances at once arrives whole", async (group) => {
    const names = ["a", "b", "c"];
    const count = 3000;
    for (const me of names) await group.end(me).run({ do: "listen" });
    await Promise.all(names.map((me) =>
      group.end(me).run(
        ...names.filter((to) => to !== me)
          .map((to) => ({ do: "burst" as const, to, count, chars: 300 })),
      )
    ));
    for (const me of names) {
      await until(`both bursts at ${me}`, async () => {
        const bursts = Object.values((await group.end(me).report()).bursts);
        return bursts.length === 2 && bursts.every(({ arrived }) => arrived >= count);
      });
    }
    for (const me of names) {
      for (const burst of Object.values((await group.end(me).report()).bursts)) {
        assertEquals(burst, { arrived: count, outOfOrder: 0 });
      }
    }
  });

  test("messages are copies of what was sent, whatever JSON can say", async (group) => {
    const said: BusMessage[] = [
      null,
      true,
      1.5,
      "ü€😀\ud800",
      [],
      {},
      { a: [1, { b: '"\\\n' }] },
      "",
    ];
    await group.end("b").run({ do: "listen" });
    await group.end("a").run(
      ...said.map((message) => ({ do: "send" as const, to: "b", message })),
      { do: "mutate-after-send", to: "b" },
    );
    const b = group.end("b");
    await until("all of them", async () => (await b.report()).messages.length > said.length);
    assertEquals(from(await b.report(), "a"), [...said, { state: "as sent" }]);
  });

  test("a message larger than any buffer arrives between the others", async (group) => {
    const large = "€".repeat(400_000);
    await group.end("b").run({ do: "listen" });
    await group.end("a").run(
      ...["first", large, "last"].map((message) => ({ do: "send" as const, to: "b", message })),
    );
    const b = group.end("b");
    await until("all three", async () => (await b.report()).messages.length === 3);
    assertEquals(from(await b.report(), "a"), ["first", large, "last"]);
  });

  test("what comes before onMessage() is kept and handed over in order", async (group) => {
    const [a, b, c] = [group.end("a"), group.end("b"), group.end("c")];
    await c.run({ do: "listen" });
    await a.run(...range(3).map((message) => ({ do: "send" as const, to: "b", message })));
    await a.run({ do: "send", to: "c", message: "go on" });
    await until("the other's message", async () => (await c.report()).messages.length === 1);
    await b.run({ do: "listen" });
    await a.run({ do: "send", to: "b", message: 3 });
    await until("four messages", async () => (await b.report()).messages.length === 4);
    assertEquals(from(await b.report(), "a"), range(4));
    assertEquals((await b.report()).reentered, false);
  });

  test("a message to an instance that is not there delays nobody else", async (group) => {
    const [a, b] = [group.end("a"), group.end("b")];
    await b.run({ do: "listen" });
    await a.run(
      { do: "burst", to: "nobody", count: 5000, chars: 300 },
      { do: "send", to: "b", message: "hello" },
    );
    await until("the message", async () => (await b.report()).messages.length === 1);
  });

  test("send() to oneself throws a TypeError", async (group) => {
    assertEquals(await group.end("a").run({ do: "send", to: "a", message: 1 }), ["TypeError"]);
  });

  test("nothing is delivered within the sender's task", async (group) => {
    const [a, b] = [group.end("a"), group.end("b")];
    for (const end of [a, b]) {
      await end.run({ do: "listen" }, { do: "subscribe", topic: "t" });
    }
    await Promise.all([
      a.run({ do: "burst", to: "b", count: 500, chars: 10 }, hint("t", 1)),
      b.run({ do: "burst", to: "a", count: 500, chars: 10 }, hint("t", 2)),
    ]);
    for (const [end, other] of [[a, "b"], [b, "a"]] as const) {
      await until("the burst", async () => (await end.report()).bursts[other]?.arrived === 500);
      assertEquals((await end.report()).reentered, false);
    }
  });

  test("publish() reaches the other subscribers only, until they unsubscribe", async (group) => {
    const [a, b, c] = [group.end("a"), group.end("b"), group.end("c")];
    await a.run({ do: "subscribe", topic: "t" });
    await b.run({ do: "subscribe", topic: "t" }, { do: "subscribe", topic: "other" });
    await c.run({ do: "subscribe", topic: "other" });
    await hintUntil(a, hint("t", 1), async () => (await b.report()).hints.length > 0);
    await b.run({ do: "unsubscribe", topic: "t" });
    const before = (await b.report()).hints.filter(({ topic }) => topic === "t").length;
    // A later hint that arrives shows that an earlier one would have.
    await a.run(hint("t", 2));
    await hintUntil(a, hint("other", 3), async () => {
      const reports = [await b.report(), await c.report()];
      return reports.every(({ hints }) => hints.some(({ topic }) => topic === "other"));
    });
    const { hints } = await b.report();
    assertEquals(hints.filter(({ topic }) => topic === "t").length, before);
    assert(hints.every(({ topic, message }) => message === (topic === "t" ? 1 : 3)));
    assertEquals((await a.report()).hints, []);
    assert((await c.report()).hints.every(({ topic }) => topic === "other"));
  });

  test("what was sent right before close() still arrives", async (group) => {
    const [a, b] = [group.end("a"), group.end("b")];
    await b.run({ do: "listen" });
    await a.run({ do: "send", to: "b", message: "first words" });
    await until("first words", async () => (await b.report()).messages.length === 1);
    await a.run({ do: "send", to: "b", message: "last words" }, { do: "close" });
    await until("last words", async () => (await b.report()).messages.length === 2);
    assertEquals(from(await b.report(), "a"), ["first words", "last words"]);
  });

  test("close() is idempotent, and nothing is delivered after it", async (group) => {
    const [a, b, c] = [group.end("a"), group.end("b"), group.end("c")];
    await b.run({ do: "listen", closeAfter: 3 }, { do: "subscribe", topic: "t" });
    await c.run({ do: "listen" }, { do: "subscribe", topic: "t" });
    await a.run(...range(10).map((message) => ({ do: "send" as const, to: "b", message })));
    await until("three messages", async () => (await b.report()).messages.length >= 3);
    assertEquals(
      await b.run(
        { do: "close" },
        { do: "close" },
        { do: "send", to: "c", message: "from the grave" },
        hint("t", "from the grave"),
        { do: "listen" },
        { do: "subscribe", topic: "t" },
      ),
      [null, null, null, null, null, null],
    );
    await a.run(
      { do: "send", to: "b", message: "too late" },
      { do: "send", to: "c", message: "in time" },
    );
    await hintUntil(a, hint("t", 1), async () => (await c.report()).hints.length > 0);
    await until("the other's message", async () => (await c.report()).messages.length > 0);
    assertEquals(from(await b.report(), "a"), range(3));
    assertEquals((await b.report()).hints, []);
    assertEquals((await c.report()).messages, [{ from: "a", message: "in time" }]);
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function hint(topic: string, message: string | number) {
  return { do: "publish" as const, topic, message };
}

function from(report: Report, sender: string) {
  return report.messages.filter(({ from }) => from === sender).map(({ message }) => message);
}

/** Hints may be lost, so they are repeated until they show. */
async function hintUntil(
  end: { run(command: ReturnType<typeof hint>): Promise<unknown> },
  command: ReturnType<typeof hint>,
  condition: () => Promise<boolean>,
): Promise<void> {
  await until(`hint "${command.topic}"`, async () => {
    await end.run(command);
    return await condition();
  });
}
