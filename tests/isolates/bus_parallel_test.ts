/**
 * The bus in the processes it is made for: `deno serve --parallel`, and one that wants to exit.
 */
import { assert, assertEquals } from "@std/assert";
import { until } from "../contract/bus_end.ts";

const ISOLATES = 3;

interface Answer {
  instance: string;
  near: string[];
  got: Record<string, number>;
}

Deno.test("the isolates of deno serve --parallel find and reach each other", async () => {
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      "-A",
      "--parallel",
      "--port",
      "0",
      import.meta.resolve("./bus_parallel_server.ts"),
    ],
    env: { DENO_JOBS: String(ISOLATES), NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const url = await listeningUrl(server.stderr);
    // A connection that is kept would ask the same isolate again and again.
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const answers = new Map<string, Answer>();
    // Which isolate answers is for the kernel to decide: ask until all have.
    await until("each isolate to hear of the others", async () => {
      const response = await fetch(url, { client });
      const answer: Answer = await response.json();
      answers.set(answer.instance, answer);
      return answers.size === ISOLATES &&
        answers.values().every(({ got }) => Object.keys(got).length === ISOLATES - 1);
    }, 60_000);
    for (const { instance, near } of answers.values()) {
      const others = [...answers.keys()].filter((other) => other !== instance);
      assertEquals(near.toSorted(), others.toSorted());
    }
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
});

Deno.test("close() lets the process exit", async () => {
  const bus = import.meta.resolve("../../lib/bus/broadcast_channel.ts");
  const code = `
    import { createBroadcastChannelBus } from ${JSON.stringify(bus)};
    const [a, b] = ["a", "b"].map((instance) => createBroadcastChannelBus(instance));
    b.onMessage((message) => {
      a.send("nobody", "still waiting");
      a.close();
      b.close();
      console.log(message);
    });
    a.send("b", "done");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/typescript,${encodeURIComponent(code)}`],
    stdout: "piped",
    signal: AbortSignal.timeout(20_000),
  });
  const { success, stdout } = await child.output();
  assert(success, "The process did not exit by itself");
  assertEquals(new TextDecoder().decode(stdout), "done\n");
});

/** Reads the address a server says it listens on. */
async function listeningUrl(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = text.match(/Listening on http:\/\/[^/]*:(\d+)/)?.[1];
    if (port) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`The server did not start: ${text}`);
}
