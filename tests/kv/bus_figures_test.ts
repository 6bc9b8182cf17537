/**
 * What a message over the KV bus costs, printed and not judged: machines differ.
 */
import { assertEquals } from "@std/assert";
import process from "node:process";
import type { BusMessage } from "../../lib/bus/bus.ts";
import { createKvBus } from "../../lib/bus/kv.ts";
import { until } from "../contract/bus_end.ts";

const CHARS = 300;
const COUNT = 2_000;

for (const outstanding of [1, 32]) {
  Deno.test(`KvBus on a file: latency and CPU with ${outstanding} outstanding`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-test-" });
    // A handle for each, as isolates have.
    const kvs = [await Deno.openKv(`${folder}/kv`), await Deno.openKv(`${folder}/kv`)];
    const instances = () => ["a", "b"];
    const [a, b] = [
      createKvBus("a", { kv: kvs[0]!, instances }),
      createKvBus("b", { kv: kvs[1]!, instances }),
    ];
    const padding = "x".repeat(CHARS);
    const latenciesMs: number[] = [];
    let sent = 0;
    const send = () => {
      if (sent++ < COUNT) a.send("b", { sentAtMs: performance.now(), padding });
    };
    b.onMessage((message: BusMessage) => {
      latenciesMs.push(performance.now() - (message as { sentAtMs: number }).sentAtMs);
      send();
    });
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    for (let i = 0; i < outstanding; i++) send();
    await until("all of them", () => latenciesMs.length === COUNT, 60_000);
    const { user, system } = process.cpuUsage(startCpu);
    const seconds = (performance.now() - startMs) / 1000;
    assertEquals(latenciesMs.length, COUNT);
    latenciesMs.sort((x, y) => x - y);
    const percentile = (p: number) => latenciesMs[Math.floor(COUNT * p)]!.toFixed(2);
    console.log(
      `KvBus on a file, ${CHARS} B, ${outstanding} outstanding: ` +
        `p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, ` +
        `${Math.round((user + system) / COUNT)} us CPU per message, ` +
        `${Math.round(COUNT / seconds)} messages/s`,
    );
    for (const bus of [a, b]) bus.close();
    for (const bus of [a, b]) await bus.flushed();
    for (const kv of kvs) kv.close();
    await Deno.remove(folder, { recursive: true });
  });
}
