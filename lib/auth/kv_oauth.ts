/**
 * Sign-in with somebody else's account, over OAuth 2 and Deno KV. Not wired into any route yet:
 * that is a later piece of work, and until then nobody needs to sign in. The bare name
 * `@deno/kv-oauth` maps here (see deno.json): the functions of that package, which has been dormant
 * since 2024 and opens KV when it is imported, on a maintained library and with KV handed in. Why,
 * and what differs: docs/decisions/0005-oauth.md. This module knows requests, responses and
 * sessions; who is behind a session is for the caller to say, from the tokens.
 */
import type { OAuthConfig } from "./config.ts";
import {
  type CookieOptions,
  oauthCookie,
  readCookie,
  removeCookie,
  siteCookie,
  writeCookie,
} from "./cookies.ts";
import { OAuthError } from "./errors.ts";
import { type KvSource, lazyKv } from "./kv_access.ts";
import { ProviderClient, type Tokens } from "./provider_client.ts";
import {
  endSiteSession,
  findOAuthSession,
  findSiteSession,
  OAUTH_SESSION_MS,
  startOAuthSession,
  startSiteSession,
} from "./sessions.ts";
import { successUrl } from "./success_url.ts";

export type {
  ClientAuthentication,
  OAuth2ClientConfig,
  OAuthConfig,
  OpenIdConnectClientConfig,
} from "./config.ts";
export type { CookieOptions } from "./cookies.ts";
export { OAUTH_ERROR_CODES, OAuthError, type OAuthErrorCode } from "./errors.ts";
export type { KvSource } from "./kv_access.ts";
export type { Tokens } from "./provider_client.ts";
export {
  createGitHubOAuthConfig,
  createGoogleOAuthConfig,
  createOpenIdConnectOAuthConfig,
  type Credentials,
  getRequiredEnv,
} from "./providers.ts";

/** What helpers are made of, apart from the provider. */
export interface CreateHelpersOptions {
  /** An open KV, or what opens it when it is first needed. */
  kv: KvSource;
  cookieOptions?: CookieOptions;
  /** Returns milliseconds since 1970. */
  now?: () => number;
  /** Returns a number in [0, 1); it spreads retries of a locked KV, never secrets. */
  random?: () => number;
}

/** What a completed sign-in gives the caller. */
export interface CallbackResult {
  /** The redirect to the success URL, with the cookie that signs the browser in. */
  response: Response;
  /** Names the session; it is not what the cookie holds, so it may be stored and logged. */
  sessionId: string;
  tokens: Tokens;
}

/** The four steps of signing in and out. */
export interface Helpers {
  /** Answers with a redirect to the provider. `urlParams` are added to its URL. */
  signIn(request: Request, options?: { urlParams?: Record<string, string> }): Promise<Response>;
  /**
   * Completes a sign-in, with the request that the provider sent the browser back with.
   *
   * @throws {OAuthError} when it is not the answer to a sign-in of this browser, or the provider
   * said no.
   */
  handleCallback(request: Request): Promise<CallbackResult>;
  /** Revokes the browser's session, and answers with a redirect that takes its cookie away. */
  signOut(request: Request): Promise<Response>;
  /** Resolves with the id of the browser's session, or undefined when it is not signed in. */
  getSessionId(request: Request): Promise<string | undefined>;
}

/**
 * Creates the helpers for one provider. Opens nothing and asks nobody before they are called.
 *
 * @throws {TypeError} when browsers would refuse the cookie of `cookieOptions`.
 */
export function createHelpers(oauthConfig: OAuthConfig, options: CreateHelpersOptions): Helpers {
  const now = options.now ?? Date.now;
  const sessions = { kv: lazyKv(options.kv), now, random: options.random ?? Math.random };
  const provider = new ProviderClient(oauthConfig, now);
  const pending = oauthCookie(OAUTH_SESSION_MS / 1000);
  const site = siteCookie(options.cookieOptions);

  return {
    async signIn(request, { urlParams } = {}) {
      const { url, expected } = await provider.begin(urlParams);
      const wanted = { ...expected, successUrl: successUrl(request) };
      const token = await startOAuthSession(sessions, wanted);
      return redirect(url.href, [writeCookie(request, pending, token)]);
    },

    async handleCallback(request) {
      const callback = new URL(request.url);
      const cookie = readCookie(request, pending);
      if (cookie === undefined) {
        throw new OAuthError("missing_cookie", "No sign-in is under way in this browser");
      }
      const found = await findOAuthSession(sessions, cookie);
      if (found === undefined) throw unknownSession();
      const { session } = found;
      if (found.expired) {
        await found.take();
        throw new OAuthError("session_expired", "The sign-in took too long, please start again");
      }
      // These two come before the record is used up: somebody else's link must not be able to
      // break a sign-in that is under way in this browser.
      if (callback.searchParams.get("state") !== session.state) {
        throw new OAuthError("state_mismatch", "This is not the answer to your sign-in");
      }
      if (session.issuer !== await provider.issuer()) {
        throw new OAuthError("wrong_provider", "This is not the provider you went to");
      }
      if (!await found.take()) throw unknownSession();
      const tokens = await provider.complete(callback, session);
      const { token, id } = await startSiteSession(sessions, site.maxAge * 1000);
      const response = redirect(session.successUrl, [
        writeCookie(request, site, token),
        removeCookie(request, pending),
      ]);
      return { response, sessionId: id, tokens };
    },

    async signOut(request) {
      const token = readCookie(request, site);
      if (token !== undefined) await endSiteSession(sessions, token);
      return redirect(successUrl(request), [removeCookie(request, site)]);
    },

    async getSessionId(request) {
      const token = readCookie(request, site);
      return token === undefined ? undefined : await findSiteSession(sessions, token);
    },
  };
}

function unknownSession(): OAuthError {
  return new OAuthError("unknown_session", "This sign-in is unknown or was already completed");
}

function redirect(location: string, cookies: string[]): Response {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}
