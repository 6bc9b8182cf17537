/**
 * The bus between real isolates under load, and when one of them dies.
 */
import { assert, assertEquals } from "@std/assert";
import { until } from "../contract/bus_end.ts";
import { openWorkerGroup, type WorkerBusGroup } from "../contract/bus_worker_end.ts";

const COUNT = 20_000;
/** With its JSON about 2.7 KB, as an offer has. */
const CHARS = 2_680;
const NAMES = ["a", "b", "c"];

for (const sharesMemory of [true, false]) {
  // Without shared memory every byte costs every isolate about 28 ns: fewer messages say as much.
  const count = sharesMemory ? COUNT : COUNT / 10;
  const way = sharesMemory ? "shared memory" : "channels only";
  Deno.test(`a burst of ${count} offers both ways between 3 isolates arrives once and in order, ${way}`, async () => {
    const group = await openWorkerGroup(NAMES, { sharesMemory });
    try {
      const startMs = performance.now();
      await burstBetweenAll(group, count);
      const ms = Math.round(performance.now() - startMs);
      console.log(`${way}: ${6 * count} messages of 2.7 KB arrived in ${ms} ms`);
    } finally {
      await group.stop();
    }
  });
}

Deno.test("a bare BroadcastChannel loses messages of such a burst", async () => {
  const count = 5_000;
  const code = `
    const channel = new BroadcastChannel("bare-burst");
    let got = 0;
    channel.onmessage = ({ data }) => data === "end" ? self.postMessage(got) : got++;
    self.onmessage = () => {
      const text = "x".repeat(${CHARS});
      for (let n = 0; n < ${count}; n++) channel.postMessage(text);
      for (let n = 0; n < 10; n++) setTimeout(() => channel.postMessage("end"), 100 * n);
    };
    self.postMessage("ready");`;
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const workers = [0, 1].map(() => new Worker(url, { type: "module" }));
  try {
    await Promise.all(workers.map(reply));
    const arrived = reply(workers[1]!);
    workers[0]!.postMessage("start");
    const got = await arrived as number;
    console.log(`bare BroadcastChannel: ${count - got} of ${count} messages lost`);
    assert(got < count, "Nothing was lost: is the bus's machinery still needed?");
  } finally {
    for (const worker of workers) worker.terminate();
  }
});

Deno.test("an isolate that dies is given up and does not delay the others", async () => {
  const group = await openWorkerGroup(NAMES, { giveUpAfterMs: 1_000 });
  try {
    await burstBetweenAll(group, 10);
    const [a, b, c] = [group.end("a"), group.end("b"), group.end("c")];
    assertEquals((await a.near()).toSorted(), ["b", "c"]);
    c.terminate();
    await a.run(
      { do: "burst", to: "c", count: 10_000, chars: 300 },
      { do: "send", to: "b", message: "go on" },
    );
    await until("the message", async () => (await b.report()).messages.length === 1, 900);
    await until("the loss to show", async () => (await a.near()).join() === "b");
  } finally {
    await group.stop();
  }
});

Deno.test("an isolate that closes is struck off by all at once", async () => {
  const group = await openWorkerGroup(NAMES);
  try {
    await burstBetweenAll(group, 10);
    await group.end("c").run({ do: "close" });
    for (const [me, other] of [["a", "b"], ["b", "a"]] as const) {
      // Silence alone would take three times as long.
      await until("the list", async () => (await group.end(me).near()).join() === other, 5_000);
    }
  } finally {
    await group.stop();
  }
});

Deno.test("an isolate that comes back under the same id is reached as fast as before", async () => {
  const group = await openWorkerGroup(["a", "b"]);
  try {
    const count = 20_000;
    const burst = { do: "burst" as const, to: "b", count, chars: 300 };
    for (let round = 0; round < 3; round++) {
      await group.end("b").run({ do: "listen" });
      await group.end("a").run(burst);
      // Two hundred batches: if each waited for its timeout, this would take twenty seconds.
      await until("the burst", async () => {
        return (await group.end("b").report()).bursts["a"]?.arrived === count;
      }, 10_000);
      await group.restart("b");
      // A message from the new isolate shows that the old one is forgotten.
      await group.end("a").run({ do: "listen" });
      await group.end("b").run({ do: "send", to: "a", message: round });
      await until("a sign of life", async () => {
        return (await group.end("a").report()).messages.length > round;
      });
    }
  } finally {
    await group.stop();
  }
});

async function burstBetweenAll(group: WorkerBusGroup, count: number): Promise<void> {
  for (const me of NAMES) await group.end(me).run({ do: "listen" });
  await Promise.all(NAMES.map((me) =>
    group.end(me).run(
      ...NAMES.filter((to) => to !== me)
        .map((to) => ({ do: "burst" as const, to, count, chars: CHARS })),
    )
  ));
  for (const me of NAMES) {
    const bursts = async () => Object.values((await group.end(me).report()).bursts);
    await until(`both bursts at ${me}`, async () => {
      const all = await bursts();
      return all.length === 2 && all.every(({ arrived }) => arrived >= count);
    }, 120_000);
    for (const burst of await bursts()) {
      assertEquals(burst, { arrived: count, outOfOrder: 0 });
    }
  }
}

function reply(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}
