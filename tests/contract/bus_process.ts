/**
 * A process that holds one end of a bus, for tests on several processes: reads requests and writes
 * replies, each a line of JSON.
 */
import { answer } from "./bus_answers.ts";

const encoder = new TextEncoder();
let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    const bytes = encoder.encode(`${JSON.stringify({ id, reply: await answer(request) })}\n`);
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  }
}
