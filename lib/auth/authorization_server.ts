/**
 * Finds out where a provider's endpoints are: from the configuration, or by asking the issuer
 * (OpenID Connect Discovery) when they are first needed. Also says how a provider may be asked.
 */
import * as oauth from "oauth4webapi";
import type { OAuthConfig } from "./config.ts";
import { OAuthError } from "./errors.ts";
import { isLoopbackHttp } from "./loopback.ts";
import { askProvider } from "./provider_errors.ts";

/** A browser waits for the answer, and a sign-in is worth no more patience than a slow page. */
const TIMEOUT_MS = 10_000;

/** Endpoints change rarely; an hour bounds how long a change stays unseen by a long-lived isolate. */
const METADATA_MS = 60 * 60 * 1000;

/** Returns what resolves with a provider's metadata; it asks the issuer at most once an hour. */
export function authorizationServer(
  config: OAuthConfig,
  now: () => number,
): () => Promise<oauth.AuthorizationServer> {
  if ("tokenUri" in config) {
    const server = {
      issuer: config.issuer ?? new URL(config.tokenUri).origin,
      authorization_endpoint: config.authorizationEndpointUri,
      token_endpoint: config.tokenUri,
    };
    return () => Promise.resolve(server);
  }
  let latest: { server: Promise<oauth.AuthorizationServer>; until: number } | undefined;
  return () => {
    if (latest !== undefined && now() < latest.until) return latest.server;
    const asked = { server: discover(new URL(config.issuer)), until: now() + METADATA_MS };
    latest = asked;
    // A failure is not kept: the next visitor asks again.
    asked.server.catch(() => {
      if (latest === asked) latest = undefined;
    });
    return asked.server;
  };
}

function discover(issuer: URL): Promise<oauth.AuthorizationServer> {
  return askProvider(async () => {
    const response = await oauth.discoveryRequest(issuer, httpOptions(issuer.href));
    const server = await oauth.processDiscoveryResponse(issuer, response);
    for (const endpoint of ["authorization_endpoint", "token_endpoint"] as const) {
      const url = URL.parse(server[endpoint] ?? "");
      if (url === null || (url.protocol !== "https:" && !isLoopbackHttp(url))) {
        throw new OAuthError("invalid_response", `The provider names no usable ${endpoint}`);
      }
    }
    return server;
  });
}

/** Says how to make one request to a provider: for how long, and whether https is needed. */
export function httpOptions(url: string) {
  return {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // Plain http is for a provider on this very machine, which is how the tests run one.
    [oauth.allowInsecureRequests]: isLoopbackHttp(new URL(url)),
  };
}
