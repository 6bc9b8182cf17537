/**
 * A small application over HTTP on localhost that signs people in with our helpers: what a route
 * would be, with KV in memory and a clock that the test moves.
 */
import {
  type CallbackResult,
  createHelpers,
  type CreateHelpersOptions,
  createOpenIdConnectOAuthConfig,
  type Helpers,
  OAuthError,
} from "@deno/kv-oauth";
import { Browser } from "./oauth_browser.ts";
import { CLIENT_ID, CLIENT_SECRET } from "./oauth_provider.ts";

/** A running application, and one browser in front of it. */
export interface TestApp {
  origin: string;
  helpers: Helpers;
  kv: Deno.Kv;
  browser: Browser;
  /** What completed sign-ins gave the application. */
  results: CallbackResult[];
  /** Moves the application's clock on. */
  pass(ms: number): void;
  /** Starts a sign-in and goes through the provider; returns the callback's URL, not yet visited. */
  reachCallback(options?: { query?: string; browser?: Browser; login?: string }): Promise<URL>;
  /** Asks the application who it thinks the browser is. */
  sessionId(browser?: Browser): Promise<string | undefined>;
}

/** Runs a test with an application of its own. */
export async function withApp(
  issuer: string,
  test: (app: TestApp) => Promise<void>,
  options: Partial<CreateHelpersOptions> & { clientSecret?: string } = {},
): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  let passedMs = 0;
  const results: CallbackResult[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "localhost", onListen() {} },
    (request): Promise<Response> => answer(helpers, results, request),
  );
  const origin = `http://localhost:${server.addr.port}`;
  const helpers = createHelpers(
    createOpenIdConnectOAuthConfig({
      issuer,
      clientId: CLIENT_ID,
      clientSecret: options.clientSecret ?? CLIENT_SECRET,
      redirectUri: `${origin}/oauth/callback`,
    }),
    { kv: () => kv, now: () => Date.now() + passedMs, ...options },
  );
  const browser = new Browser();
  await test({
    origin,
    helpers,
    kv,
    browser,
    results,
    pass: (ms) => void (passedMs += ms),
    async reachCallback({ query = "", browser: other = browser, login } = {}) {
      const response = await other.send(`${origin}/oauth/signin${query}`);
      await response.body?.cancel();
      return await other.authorize(response.headers.get("location")!, { login });
    },
    async sessionId(other = browser) {
      return (await (await other.send(`${origin}/me`)).json()).sessionId;
    },
  });
}

/** Returns an answer's status, and the error's code if it was refused. */
export async function outcome(response: Response): Promise<[number, string?]> {
  const text = await response.text();
  return response.status === 400 ? [400, text] : [response.status];
}

async function answer(
  helpers: Helpers,
  results: CallbackResult[],
  request: Request,
): Promise<Response> {
  try {
    switch (new URL(request.url).pathname) {
      case "/oauth/signin":
        return await helpers.signIn(request);
      case "/oauth/callback": {
        const result = await helpers.handleCallback(request);
        results.push(result);
        return result.response;
      }
      case "/oauth/signout":
        return await helpers.signOut(request);
      case "/me":
        return Response.json({ sessionId: await helpers.getSessionId(request) });
      default:
        return new Response("Not found", { status: 404 });
    }
  } catch (error) {
    if (error instanceof OAuthError) return new Response(error.code, { status: 400 });
    throw error;
  }
}
