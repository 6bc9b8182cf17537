/**
 * Ends of a bus that live in processes of their own, for what no isolate of one process can show.
 */
import type { BusGroup } from "./bus_end.ts";
import { type Port, RemoteBusEnd } from "./bus_remote_end.ts";

/** Opens a bus over a KV in a process for each instance. */
export async function openProcessGroup(
  instances: string[],
  kvUrl: string,
  env: Record<string, string> = {},
): Promise<BusGroup> {
  const ends = new Map(instances.map((name) => [name, new RemoteBusEnd(processPort(env))]));
  const kv = { url: kvUrl, instances, alone: true };
  await Promise.all([...ends].map(([name, end]) => end.open(name, { space: "", kv })));
  return {
    end: (instance) => ends.get(instance)!,
    async stop() {
      await Promise.all(ends.values().map((end) => end.terminate()));
    },
  };
}

function processPort(env: Record<string, string>): Port {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.resolve("./bus_process.ts")],
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const encoder = new TextEncoder();
  return {
    post(message) {
      input.write(encoder.encode(`${JSON.stringify(message)}\n`));
    },
    async listen(onReply) {
      let rest = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop()!;
        for (const line of lines) onReply(JSON.parse(line));
      }
    },
    async terminate() {
      await input.close();
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
