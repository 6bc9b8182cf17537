/**
 * What a sign-in refuses, over HTTP against a real provider. Each refusal stands beside the same
 * request with the right credentials, which passes: so it is the fault that is refused.
 */
import { createHelpers } from "@deno/kv-oauth";
import { assertEquals } from "@std/assert";
import { outcome, type TestApp, withApp } from "./oauth_app.ts";
import { Browser } from "./oauth_browser.ts";
import { type RunningProvider, startProvider } from "./oauth_provider.ts";

let provider: RunningProvider;
Deno.test.beforeAll(async () => void (provider = await startProvider()));
Deno.test.afterAll(() => provider.stop());

const TEN_MINUTES_MS = 10 * 60 * 1000;

/** Visits a callback, and returns what came of it. */
async function visit(app: TestApp, callback: URL | string, browser = app.browser) {
  return await outcome(await browser.send(callback));
}

function changed(url: URL, name: string, value: string | null): URL {
  const copy = new URL(url);
  if (value === null) copy.searchParams.delete(name);
  else copy.searchParams.set(name, value);
  return copy;
}

Deno.test("handleCallback() refuses a wrong state, and the right one still passes", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    for (const state of ["another", "", null]) {
      const forged = changed(callback, "state", state);
      assertEquals(await visit(app, forged), [400, "state_mismatch"]);
    }
    assertEquals(app.results, []);
    assertEquals(await app.sessionId(), undefined);
    assertEquals(await visit(app, callback), [302]);
  });
});

Deno.test("handleCallback() refuses a state that is given twice", async () => {
  await withApp(provider.issuer, async (app) => {
    const twice = await app.reachCallback();
    twice.searchParams.append("state", "another");
    assertEquals(await visit(app, twice), [400, "invalid_response"]);
    assertEquals(await visit(app, await app.reachCallback()), [302]);
  });
});

Deno.test("handleCallback() refuses a replayed callback", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    const headers = { cookie: app.browser.cookies(app.origin) };
    const send = () => fetch(callback, { headers, redirect: "manual" }).then(outcome);
    assertEquals(await send(), [302]);
    assertEquals(await send(), [400, "unknown_session"]);
    assertEquals(app.results.length, 1);
  });
});

Deno.test("handleCallback() passes one of many callbacks that come at once", async () => {
  using kv = await Deno.openKv(":memory:");
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    const headers = { cookie: app.browser.cookies(app.origin) };
    const outcomes = await Promise.all(
      Array.from(
        { length: 8 },
        () => fetch(callback, { headers, redirect: "manual" }).then(outcome),
      ),
    );
    assertEquals(outcomes.filter(([status]) => status === 302).length, 1);
    assertEquals(outcomes.filter(([, code]) => code === "unknown_session").length, 7);
    assertEquals(app.results.length, 1);
  }, { kv: readingTogether(kv, 8) });
});

Deno.test("handleCallback() refuses a browser without the cookie of the sign-in", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    assertEquals(await visit(app, callback, new Browser()), [400, "missing_cookie"]);
    assertEquals(await visit(app, callback), [302]);
  });
});

Deno.test("handleCallback() refuses a cookie that nobody gave out", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    const headers = { cookie: `oauth-session=${"A".repeat(43)}` };
    const response = await fetch(callback, { headers, redirect: "manual" });
    assertEquals(await outcome(response), [400, "unknown_session"]);
    assertEquals(await visit(app, callback), [302]);
  });
});

Deno.test("handleCallback() refuses somebody else's callback", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    const mallory = new Browser();
    const theirs = await app.reachCallback({ browser: mallory, login: "mallory" });
    assertEquals(await visit(app, theirs), [400, "state_mismatch"]);
    assertEquals(await visit(app, callback), [302]);
    assertEquals(await visit(app, theirs, mallory), [302]);
    assertEquals(app.results.map(({ tokens }) => tokens.claims?.sub), ["ada", "mallory"]);
  });
});

Deno.test("handleCallback() refuses a sign-in of ten minutes ago", async () => {
  await withApp(provider.issuer, async (app) => {
    const late = await app.reachCallback();
    app.pass(TEN_MINUTES_MS);
    assertEquals(await visit(app, late), [400, "session_expired"]);
    assertEquals(await visit(app, late), [400, "unknown_session"]);
    const inTime = await app.reachCallback();
    app.pass(TEN_MINUTES_MS - 10_000);
    assertEquals(await visit(app, inTime), [302]);
  });
});

Deno.test("handleCallback() refuses a tampered, missing or repeated code", async () => {
  await withApp(provider.issuer, async (app) => {
    const tampered = await app.reachCallback();
    const code = tampered.searchParams.get("code")!;
    const other = code.endsWith("A") ? "B" : "A";
    tampered.searchParams.set("code", code.slice(0, -1) + other);
    assertEquals(await visit(app, tampered), [400, "code_refused"]);

    const missing = changed(await app.reachCallback(), "code", null);
    assertEquals(await visit(app, missing), [400, "invalid_response"]);

    const repeated = await app.reachCallback();
    repeated.searchParams.append("code", "another");
    assertEquals(await visit(app, repeated), [400, "invalid_response"]);

    assertEquals(await app.sessionId(), undefined);
    assertEquals(await visit(app, await app.reachCallback()), [302]);
  });
});

Deno.test("handleCallback() refuses the code of another sign-in (PKCE)", async () => {
  await withApp(provider.issuer, async (app) => {
    const stolen = await app.reachCallback({ browser: new Browser(), login: "victim" });
    const mine = await app.reachCallback({ login: "mallory" });
    const injected = changed(mine, "code", stolen.searchParams.get("code"));
    assertEquals(await visit(app, injected), [400, "code_refused"]);
    assertEquals(app.results, []);
    assertEquals(await visit(app, await app.reachCallback({ login: "mallory" })), [302]);
  });
});

Deno.test("handleCallback() refuses an answer in another issuer's name", async () => {
  await withApp(provider.issuer, async (app) => {
    const forged = changed(await app.reachCallback(), "iss", "https://evil.example");
    assertEquals(await visit(app, forged), [400, "invalid_response"]);
    const unnamed = changed(await app.reachCallback(), "iss", null);
    assertEquals(await visit(app, unnamed), [400, "invalid_response"]);
    assertEquals(await visit(app, await app.reachCallback()), [302]);
  });
});

Deno.test("handleCallback() refuses a sign-in that began at another provider", async () => {
  await withApp(provider.issuer, async (app) => {
    const callback = await app.reachCallback();
    const other = createHelpers({
      clientId: "tributary",
      authorizationEndpointUri: "https://other.example/authorize",
      tokenUri: "https://other.example/token",
    }, { kv: app.kv });
    const headers = { cookie: app.browser.cookies(app.origin) };
    const error = await other.handleCallback(new Request(callback, { headers })).catch((e) => e);
    assertEquals(error.code, "wrong_provider");
    assertEquals(await visit(app, callback), [302]);
  });
});

Deno.test("handleCallback() refuses when the person at the provider says no", async () => {
  await withApp(provider.issuer, async (app) => {
    const response = await app.browser.send(`${app.origin}/oauth/signin`);
    await response.body?.cancel();
    const url = response.headers.get("location")!;
    const callback = await app.browser.authorize(url, { abort: true });
    assertEquals(await visit(app, callback), [400, "denied"]);
    assertEquals(await app.sessionId(), undefined);
    assertEquals(await visit(app, await app.reachCallback()), [302]);
  });
});

Deno.test("handleCallback() refuses when the provider does not know our secret", async () => {
  await withApp(provider.issuer, async (app) => {
    assertEquals(await visit(app, await app.reachCallback()), [400, "code_refused"]);
  }, { clientSecret: "not-the-secret" });
  await withApp(provider.issuer, async (app) => {
    assertEquals(await visit(app, await app.reachCallback()), [302]);
  });
});

Deno.test("signIn() reports a provider that cannot be reached, and asks again later", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  await withApp(`http://127.0.0.1:${port}`, async (app) => {
    const signIn = () => app.browser.send(`${app.origin}/oauth/signin`).then(outcome);
    assertEquals(await signIn(), [400, "provider_unreachable"]);
    // Now somebody is there, though not a provider: the failure was not remembered.
    await using _other = Deno.serve(
      { port, hostname: "127.0.0.1", onListen() {} },
      () => Response.json({ issuer: "https://somebody.else" }),
    );
    assertEquals(await signIn(), [400, "invalid_response"]);
  });
});

Deno.test("signing in and out never leaves the site (open redirect)", async () => {
  await withApp(provider.issuer, async (app) => {
    const landing = async (wish: string) => {
      const query = `?success_url=${encodeURIComponent(wish)}`;
      const signedIn = await app.browser.send(await app.reachCallback({ query }));
      await signedIn.body?.cancel();
      const signedOut = await app.browser.send(`${app.origin}/oauth/signout${query}`);
      await signedOut.body?.cancel();
      assertEquals(signedIn.headers.get("location"), signedOut.headers.get("location"));
      return signedIn.headers.get("location");
    };
    assertEquals(await landing("https://evil.example/b/garden"), "/");
    assertEquals(await landing("//evil.example/b/garden"), "/");
    assertEquals(await landing("/b/garden?from=mail#chat"), "/b/garden?from=mail#chat");
    assertEquals(await landing(`${app.origin}/b/garden`), "/b/garden");
  });
});

/** A real KV, whose first readers all wait for each other: the hardest order for what they do next. */
function readingTogether(kv: Deno.Kv, readers: number): Deno.Kv {
  const { promise: allHaveRead, resolve } = Promise.withResolvers<void>();
  let have = 0;
  const get = async (key: Deno.KvKey) => {
    const entry = await kv.get(key);
    if (++have === readers) resolve();
    await allHaveRead;
    return entry;
  };
  return new Proxy(kv, {
    get(target, name) {
      if (name === "get") return get;
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
