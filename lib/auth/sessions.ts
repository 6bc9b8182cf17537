/**
 * The two records of sign-in in KV. An OAuth session lives from the redirect to the provider until
 * the callback, ten minutes at most, and is given out once. A site session says that a browser is
 * signed in, until it expires or is revoked. Both keep their expiry in the value too and check it,
 * because KV's `expireIn` only says when a key may go, not when it has gone. Knows no HTTP.
 */
import { authKeys, whileLocked } from "./kv_access.ts";
import { createToken, tokenId } from "./secret.ts";

/** The longest life RFC 6749 recommends for an authorization code (section 4.1.2). */
export const OAUTH_SESSION_MS = 10 * 60 * 1000;

/** What a callback must match, kept while the browser is at the provider. */
export interface OAuthSession {
  /** The issuer that the browser was sent to. */
  issuer: string;
  state: string;
  codeVerifier: string;
  /** Present exactly when an ID token is expected. */
  nonce?: string;
  /** Where the browser goes in the end; a path of this site. */
  successUrl: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** An OAuth session that was found, and what takes it away. */
export interface FoundOAuthSession {
  session: OAuthSession;
  expired: boolean;
  /** Deletes the record; resolves with true for exactly one of all callers, on any instance. */
  take(): Promise<boolean>;
}

interface SiteSession {
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** What the sessions are made of. */
export interface SessionsOptions {
  kv: () => Promise<Deno.Kv>;
  /** Returns milliseconds since 1970. */
  now: () => number;
  /** Returns a number in [0, 1). */
  random: () => number;
}

/** Keeps a sign-in that starts, and resolves with the token for the browser. */
export async function startOAuthSession(
  { kv, now, random }: SessionsOptions,
  wanted: Omit<OAuthSession, "expiresAt">,
): Promise<string> {
  const token = createToken();
  const key = authKeys.oauthSession(await tokenId(token));
  const session: OAuthSession = { ...wanted, expiresAt: now() + OAUTH_SESSION_MS };
  const opened = await kv();
  await whileLocked(() => opened.set(key, session, { expireIn: OAUTH_SESSION_MS }), random);
  return token;
}

/** Finds the sign-in that a browser's token belongs to, without using it up. */
export async function findOAuthSession(
  { kv, now, random }: SessionsOptions,
  token: string,
): Promise<FoundOAuthSession | undefined> {
  const key = authKeys.oauthSession(await tokenId(token));
  const opened = await kv();
  const entry = await opened.get<OAuthSession>(key);
  if (entry.value === null) return undefined;
  return {
    session: entry.value,
    expired: entry.value.expiresAt <= now(),
    // The check makes it exact: of two callbacks that both read the record, one deletes it.
    take: async () =>
      (await whileLocked(() => opened.atomic().check(entry).delete(key).commit(), random)).ok,
  };
}

/** Signs a browser in, and resolves with the token for its cookie and the id for the program. */
export async function startSiteSession(
  { kv, now, random }: SessionsOptions,
  lifetimeMs: number,
): Promise<{ token: string; id: string }> {
  const token = createToken();
  const id = await tokenId(token);
  const session: SiteSession = { expiresAt: now() + lifetimeMs };
  const opened = await kv();
  await whileLocked(
    () => opened.set(authKeys.siteSession(id), session, { expireIn: lifetimeMs }),
    random,
  );
  return { token, id };
}

/** Resolves with the id of a token's site session while that is neither expired nor revoked. */
export async function findSiteSession(
  { kv, now }: SessionsOptions,
  token: string,
): Promise<string | undefined> {
  const id = await tokenId(token);
  const { value } = await (await kv()).get<SiteSession>(authKeys.siteSession(id));
  return value !== null && value.expiresAt > now() ? id : undefined;
}

/** Revokes a token's site session, everywhere and at once. */
export async function endSiteSession(
  { kv, random }: SessionsOptions,
  token: string,
): Promise<void> {
  const key = authKeys.siteSession(await tokenId(token));
  const opened = await kv();
  await whileLocked(() => opened.delete(key), random);
}
