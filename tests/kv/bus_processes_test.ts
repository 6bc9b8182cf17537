/**
 * The KV bus between processes, which is what it is made for: on one file, where no watch fires
 * across processes, and over KV Connect, if there is a `denokv` to serve it.
 */
import { assert, assertEquals } from "@std/assert";
import { busContract } from "../contract/bus_contract.ts";
import { hasDenokv, serveKv } from "../support/denokv.ts";
import { until } from "../contract/bus_end.ts";
import { openProcessGroup } from "../contract/bus_process_end.ts";

Deno.test("KvBus between processes on one file arrives whole, by polling", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tributary-test-" });
  const group = await openProcessGroup(["a", "b"], `${folder}/kv`);
  try {
    const count = 2000;
    const [a, b] = [group.end("a"), group.end("b")];
    for (const end of [a, b]) await end.run({ do: "listen" });
    await a.run({ do: "burst", to: "b", count, chars: 300 });
    await b.run({ do: "burst", to: "a", count, chars: 300 });
    for (const [end, other] of [[a, "b"], [b, "a"]] as const) {
      await until(`the burst from ${other}`, async () => {
        return (await end.report()).bursts[other]?.arrived === count;
      });
      assertEquals((await end.report()).bursts[other]!.outOfOrder, 0);
    }
  } finally {
    await group.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("KvBus: close() lets the process exit, and what was sent before is written", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tributary-test-" });
  const code = `
    import { createKvBus } from ${JSON.stringify(import.meta.resolve("../../lib/bus/kv.ts"))};
    const kv = await Deno.openKv(${JSON.stringify(`${folder}/kv`)});
    const bus = createKvBus("a", { kv, instances: () => ["a", "b"] });
    bus.send("b", "last words");
    bus.publish("t", "last hint");
    bus.close();
    await bus.flushed();
    kv.close();`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--unstable-kv",
      "--no-check",
      `data:text/typescript,${encodeURIComponent(code)}`,
    ],
    signal: AbortSignal.timeout(20_000),
  });
  try {
    const { success, stderr } = await child.output();
    assert(success, `The process did not exit by itself: ${new TextDecoder().decode(stderr)}`);
    const kv = await Deno.openKv(`${folder}/kv`);
    const entries = await Array.fromAsync(kv.list<{ text: string }>({ prefix: ["inbox", "b"] }));
    kv.close();
    const items = entries.flatMap(({ value }) => JSON.parse(value.text));
    assertEquals(items, [["last words"], ["last hint", "t"]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

if (await hasDenokv()) {
  busContract("KvBus between processes over KV Connect", async (instances) => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-test-" });
    const server = await serveKv(`${folder}/kv`);
    const group = await openProcessGroup(instances, server.url, {
      DENO_KV_ACCESS_TOKEN: server.token,
    });
    return {
      end: (instance) => group.end(instance),
      async stop() {
        await group.stop();
        await server.stop();
        await Deno.remove(folder, { recursive: true });
      },
    };
  });
} else {
  const name = "KvBus between processes over KV Connect";
  console.log(`Skipped, because there is no denokv on the PATH: ${name}`);
  Deno.test({ name, ignore: true, fn() {} });
}
