/** Signing in and out over HTTP, against a real OpenID Connect provider on loopback. */
import { createHelpers, type OAuth2ClientConfig } from "@deno/kv-oauth";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { withApp } from "./oauth_app.ts";
import { Browser } from "./oauth_browser.ts";
import {
  CLIENT_SECRET,
  HTTPS_CALLBACK,
  HTTPS_CLIENT_ID,
  type RunningProvider,
  startProvider,
} from "./oauth_provider.ts";

let provider: RunningProvider;
Deno.test.beforeAll(async () => void (provider = await startProvider()));
Deno.test.afterAll(() => provider.stop());

Deno.test("signIn() sends the browser to the provider with PKCE, state and nonce", async () => {
  await withApp(provider.issuer, async ({ origin, browser }) => {
    const response = await browser.send(`${origin}/oauth/signin`);
    assertEquals(response.status, 302);
    const url = new URL(response.headers.get("location")!);
    assertEquals(url.origin, provider.issuer);
    assertEquals(url.searchParams.get("response_type"), "code");
    assertEquals(url.searchParams.get("redirect_uri"), `${origin}/oauth/callback`);
    assertEquals(url.searchParams.get("scope"), "openid");
    assertEquals(url.searchParams.get("code_challenge_method"), "S256");
    for (const name of ["code_challenge", "state", "nonce"]) {
      assertMatch(url.searchParams.get(name)!, /^[\w-]{43}$/);
    }
    assertEquals(response.headers.getSetCookie().length, 1);
    assertMatch(
      response.headers.getSetCookie()[0]!,
      /^oauth-session=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    await response.body?.cancel();
  });
});

Deno.test("handleCallback() signs the browser in, and signOut() revokes its session", async () => {
  await withApp(provider.issuer, async (app) => {
    const { origin, browser } = app;
    assertEquals(await app.sessionId(), undefined);
    const callback = await app.reachCallback({ query: "?success_url=/b/garden", login: "grace" });

    const signedIn = await browser.send(callback);
    await signedIn.body?.cancel();
    assertEquals(signedIn.status, 302);
    assertEquals(signedIn.headers.get("location"), "/b/garden");
    assertMatch(
      signedIn.headers.getSetCookie()[0]!,
      /^site-session=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const [{ sessionId, tokens }] = app.results as [typeof app.results[0]];
    assertEquals(tokens.tokenType, "bearer");
    assertEquals(tokens.claims?.sub, "grace");
    assertEquals(tokens.claims?.iss, provider.issuer);
    assertEquals(tokens.scope, ["openid"]);
    assertEquals(await app.sessionId(), sessionId);
    assertEquals(await app.sessionId(new Browser()), undefined);

    const cookie = browser.cookies(origin);
    assertMatch(cookie, /^site-session=[\w-]{43}$/); // the cookie of the sign-in is gone
    const signedOut = await browser.send(`${origin}/oauth/signout`);
    await signedOut.body?.cancel();
    assertEquals(signedOut.status, 302);
    assertEquals(signedOut.headers.get("location"), "/");
    assertEquals(browser.cookies(origin), "");
    // Not just the cookie is gone: a copy of it is worth nothing.
    const copy = new Request(`${origin}/me`, { headers: { cookie } });
    assertEquals(await app.helpers.getSessionId(copy), undefined);
  });
});

Deno.test("getSessionId() knows a session that another instance began", async () => {
  await withApp(provider.issuer, async (app) => {
    await (await app.browser.send(await app.reachCallback())).body?.cancel();
    const config = {
      clientId: "",
      authorizationEndpointUri: "",
      tokenUri: "https://other.example",
    };
    const other = createHelpers(config, { kv: app.kv });
    const headers = { cookie: app.browser.cookies(app.origin) };
    assertEquals(
      await other.getSessionId(new Request(app.origin, { headers })),
      app.results[0]!.sessionId,
    );
  });
});

Deno.test("getSessionId() forgets a session when it expires, and not before", async () => {
  await withApp(provider.issuer, async (app) => {
    await (await app.browser.send(await app.reachCallback())).body?.cancel();
    app.pass(59_000);
    assertEquals(await app.sessionId(), app.results[0]!.sessionId);
    app.pass(1_000);
    assertEquals(await app.sessionId(), undefined);
  }, { cookieOptions: { maxAge: 60 } });
});

Deno.test("KV holds nothing that signs anybody in", async () => {
  await withApp(provider.issuer, async (app) => {
    const { browser, origin } = app;
    const callback = await app.reachCallback();
    const tokens = [browser.cookies(origin).split("=")[1]!];
    assertEquals(await recordsWith(app.kv, tokens), [1, 0]); // the sign-in under way
    await (await browser.send(callback)).body?.cancel();
    tokens.push(browser.cookies(origin).split("=")[1]!);
    assertNotEquals(tokens[0], tokens[1]);
    assertEquals(await recordsWith(app.kv, tokens), [1, 0]); // the session
    await (await browser.send(`${origin}/oauth/signout`)).body?.cancel();
    assertEquals(await recordsWith(app.kv, tokens), [0, 0]);
  });
});

Deno.test("on https the cookies are Secure and bound to the host", async () => {
  using kv = await Deno.openKv(":memory:");
  // Also a provider whose endpoints are known, a redirect URI that is left to the registration, and
  // a sign-in without OpenID Connect: what a configuration such as GitHub's comes to.
  const config: OAuth2ClientConfig = {
    clientId: HTTPS_CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    clientAuthentication: "client_secret_post",
    authorizationEndpointUri: `${provider.issuer}/auth`,
    tokenUri: `${provider.issuer}/token`,
    defaults: { scope: "read:user" },
  };
  const { signIn, handleCallback, getSessionId, signOut } = createHelpers(config, { kv });
  const { origin } = new URL(HTTPS_CALLBACK);
  const browser = new Browser();
  const request = (url: string | URL) =>
    new Request(url, { headers: { cookie: browser.cookies(url) } });

  const toProvider = await signIn(request(`${origin}/oauth/signin`));
  browser.keep(origin, toProvider);
  const attributes = "Path=/; HttpOnly; Secure; SameSite=Lax";
  assertMatch(toProvider.headers.getSetCookie()[0]!, /^__Host-oauth-session=[\w-]{43}; /);
  assertStringIncludes(toProvider.headers.getSetCookie()[0]!, `; Max-Age=600; ${attributes}`);

  const callback = await browser.authorize(toProvider.headers.get("location")!);
  assertEquals(callback.origin + callback.pathname, HTTPS_CALLBACK);
  const { response, sessionId, tokens } = await handleCallback(request(callback));
  browser.keep(origin, response);
  const [site, pending] = response.headers.getSetCookie() as [string, string];
  assertMatch(site, /^__Host-site-session=[\w-]{43}; /);
  assertStringIncludes(site, `; Max-Age=7776000; ${attributes}`);
  assertEquals(pending, `__Host-oauth-session=; Max-Age=0; ${attributes}`);
  assertEquals(tokens.idToken, undefined);
  assert(tokens.accessToken.length > 0);

  assertEquals(await getSessionId(request(origin)), sessionId);
  const left = await signOut(request(`${origin}/oauth/signout`));
  assertEquals(left.headers.getSetCookie(), [`__Host-site-session=; Max-Age=0; ${attributes}`]);
  assertEquals(await getSessionId(request(origin)), undefined);
});

Deno.test("createHelpers() opens KV on first use, and once", async () => {
  using kv = await Deno.openKv(":memory:");
  let openings = 0;
  await withApp(provider.issuer, async (app) => {
    assertEquals(openings, 0);
    assertEquals(await app.sessionId(), undefined);
    assertEquals(openings, 0); // without a cookie there is nothing to look up
    await (await app.browser.send(await app.reachCallback())).body?.cancel();
    assertEquals(await app.sessionId(), app.results[0]!.sessionId);
    assertEquals(openings, 1);
  }, { kv: () => (openings++, kv) });
});

Deno.test("signIn() passes urlParams on, but none that the checks rest on", async () => {
  await withApp(provider.issuer, async ({ origin, helpers }) => {
    const signIn = (urlParams: Record<string, string>) =>
      helpers.signIn(new Request(`${origin}/oauth/signin`), { urlParams });
    const { headers } = await signIn({ login_hint: "ada", prompt: "login" });
    const url = new URL(headers.get("location")!);
    assertEquals(url.searchParams.get("login_hint"), "ada");
    assertEquals(url.searchParams.get("prompt"), "login");
    for (const name of ["state", "redirect_uri", "code_challenge_method", "request_uri"]) {
      await assertRejects(() => signIn({ [name]: "x" }), TypeError, name);
    }
  });
});

/** Counts the records in KV, and those that contain one of the texts in key or value. */
async function recordsWith(kv: Deno.Kv, texts: string[]): Promise<[number, number]> {
  const entries = await Array.fromAsync(kv.list({ prefix: [] }));
  const telling = entries.filter(({ key, value }) => {
    const written = JSON.stringify([key, value]);
    return texts.some((text) => written.includes(text));
  });
  return [entries.length, telling.length];
}
