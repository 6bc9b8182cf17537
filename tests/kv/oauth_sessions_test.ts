/** The records of sign-in in KV, used by two instances that share one file. */
import { assertEquals } from "@std/assert";
import { lazyKv } from "../../lib/auth/kv_access.ts";
import {
  endSiteSession,
  findOAuthSession,
  findSiteSession,
  type SessionsOptions,
  startOAuthSession,
  startSiteSession,
} from "../../lib/auth/sessions.ts";

const WANTED = { issuer: "https://a.example", state: "s", codeVerifier: "v", successUrl: "/" };

async function withTwoInstances(
  test: (one: SessionsOptions, other: SessionsOptions) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    using one = await Deno.openKv(`${dir}/kv`);
    using other = await Deno.openKv(`${dir}/kv`);
    const options = (kv: Deno.Kv) => ({ kv: lazyKv(kv), now: Date.now, random: Math.random });
    await test(options(one), options(other));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("take() gives an OAuth session to exactly one of two instances", async () => {
  await withTwoInstances(async (one, other) => {
    for (let round = 0; round < 50; round++) {
      const token = await startOAuthSession(one, WANTED);
      // Both have read the record before either deletes it: the hardest order.
      const found = await Promise.all([one, other].map((at) => findOAuthSession(at, token)));
      assertEquals(found.map((each) => each?.session.state), ["s", "s"]);
      const taken = await Promise.all(found.map((each) => each!.take()));
      assertEquals(taken.toSorted(), [false, true]);
      assertEquals(await findOAuthSession(other, token), undefined);
    }
  });
});

Deno.test("endSiteSession() revokes a session on every instance", async () => {
  await withTwoInstances(async (one, other) => {
    const { token, id } = await startSiteSession(one, 60_000);
    const { token: another } = await startSiteSession(one, 60_000);
    assertEquals(await findSiteSession(other, token), id);
    assertEquals(await findSiteSession(other, id), undefined); // the id signs nobody in
    await endSiteSession(other, token);
    assertEquals(await findSiteSession(one, token), undefined);
    assertEquals(typeof await findSiteSession(one, another), "string");
  });
});

Deno.test("startOAuthSession() gets through when many write at once", async () => {
  await withTwoInstances(async (one, other) => {
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, i) => startOAuthSession(i % 2 ? one : other, WANTED)),
    );
    assertEquals(new Set(tokens).size, 200);
    const found = await Promise.all(tokens.map((token) => findOAuthSession(one, token)));
    assertEquals(found.filter((each) => each !== undefined).length, 200);
  });
});
