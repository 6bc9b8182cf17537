/**
 * GET /healthz: whether this instance can do its work, for load balancers and operators.
 */
import type { Context } from "hono";
import { keys } from "../lib/store/keys.ts";

/** KV that has not answered by then counts as gone. Over KV Connect an answer takes up to about 100 ms. */
const KV_TIMEOUT_MS = 2_000;

/** Makes the handler: 200 with the instance's id once KV answers, else 503. */
export function health(
  { kv, instance }: { kv: Pick<Deno.Kv, "get">; instance: string },
): (c: Context) => Promise<Response> {
  return async (c) => {
    const ok = await answers(kv);
    c.header("cache-control", "no-store");
    return c.json({ ok, instance, kv: ok ? "ok" : "no answer" }, ok ? 200 : 503);
  };
}

async function answers(kv: Pick<Deno.Kv, "get">): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      kv.get(keys.health()).then(() => true),
      new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), KV_TIMEOUT_MS);
      }),
    ]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
