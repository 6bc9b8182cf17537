/**
 * The two cookies of sign-in. Both are for this host only, out of reach of scripts, and not sent
 * with requests that other sites make in the background. Lax, not Strict: the callback is a
 * navigation that starts at the provider, and must carry the cookie of the sign-in.
 */
import { parse, serialize } from "hono/utils/cookie";
import { isLoopbackHttp } from "./loopback.ts";

/** Names the cookie that ties a sign-in under way to the browser that began it. */
export const OAUTH_COOKIE = "oauth-session";

/** Names the cookie of a browser that is signed in. */
export const SITE_COOKIE = "site-session";

/** 90 days, as in the package this stands in for; an idle visitor of a season stays signed in. */
const SITE_COOKIE_SECONDS = 90 * 24 * 60 * 60;

/** 400 days, after which browsers drop every cookie (RFC 6265bis, section 5.5). */
const MAX_COOKIE_SECONDS = 400 * 24 * 60 * 60;

/** What can be changed about the site's cookie. HttpOnly and Secure cannot. */
export interface CookieOptions {
  /** The whole name, with its prefix. Needed when a domain or a path is given. */
  name?: string;
  domain?: string;
  path?: string;
  /** Lifetime in seconds, of the cookie and of the session in KV. */
  maxAge?: number;
  sameSite?: "Strict" | "Lax";
}

/** A cookie of ours: its name there, its attributes, its lifetime in seconds. */
export interface CookieShape extends CookieOptions {
  baseName: string;
  maxAge: number;
}

/** Describes the cookie of a sign-in under way. */
export function oauthCookie(maxAge: number): CookieShape {
  return { baseName: OAUTH_COOKIE, maxAge };
}

/**
 * Describes the site's cookie.
 *
 * @throws {TypeError} when browsers would refuse a cookie like that.
 */
export function siteCookie(options: CookieOptions = {}): CookieShape {
  const hostOnly = (options.name ?? `__Host-${SITE_COOKIE}`).startsWith("__Host-");
  if (hostOnly && (options.domain !== undefined || (options.path ?? "/") !== "/")) {
    throw new TypeError("A cookie with a domain or a path needs a name without the prefix __Host-");
  }
  const maxAge = options.maxAge ?? SITE_COOKIE_SECONDS;
  if (!Number.isInteger(maxAge) || maxAge < 1 || maxAge > MAX_COOKIE_SECONDS) {
    throw new TypeError(`A cookie lives for 1 to ${MAX_COOKIE_SECONDS} whole seconds`);
  }
  return { ...options, maxAge, baseName: SITE_COOKIE };
}

/** Reads a cookie of ours from a request. */
export function readCookie(request: Request, shape: CookieShape): string | undefined {
  const name = nameFor(request, shape);
  // An empty value is what a removed cookie looks like.
  return parse(request.headers.get("cookie") ?? "", name)[name] || undefined;
}

/** Writes a cookie of ours as the value of a `Set-Cookie` header. */
export function writeCookie(request: Request, shape: CookieShape, value: string): string {
  return serialize(nameFor(request, shape), value, {
    domain: shape.domain,
    path: shape.path ?? "/",
    maxAge: shape.maxAge,
    httpOnly: true,
    secure: isSecure(request),
    sameSite: shape.sameSite ?? "Lax",
  });
}

/** Writes the `Set-Cookie` header that takes a cookie of ours away. */
export function removeCookie(request: Request, shape: CookieShape): string {
  return writeCookie(request, { ...shape, maxAge: 0 }, "");
}

function nameFor(request: Request, shape: CookieShape): string {
  return shape.name ?? (isSecure(request) ? `__Host-${shape.baseName}` : shape.baseName);
}

/**
 * Only on http to this very machine is a cookie not Secure. Anywhere else plain http means that a
 * proxy speaks https for us; and if there is none, the browser drops the cookie and nobody can
 * sign in over a connection that others can read.
 */
function isSecure(request: Request): boolean {
  return !isLoopbackHttp(new URL(request.url));
}
