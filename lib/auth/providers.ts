/**
 * Ready-made providers. Client id and secret come from the caller or, as in the package this stands
 * in for, from the environment; nothing is read before the function is called.
 */
import type { OAuth2ClientConfig, OpenIdConnectClientConfig } from "./config.ts";

/** Client id and secret; what is left out is read from the environment. */
export interface Credentials {
  clientId?: string;
  clientSecret?: string;
}

/**
 * Returns the value of an environment variable.
 *
 * @throws {TypeError} when it is not set or empty.
 */
export function getRequiredEnv(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new TypeError(`The environment variable ${name} is not set`);
  return value;
}

/** Creates the configuration for GitHub (`GITHUB_CLIENT_ID`, `GITHUB_CLIENT_SECRET`). */
export function createGitHubOAuthConfig(
  options: Credentials & { redirectUri?: string; scope?: string | string[] } = {},
): OAuth2ClientConfig {
  return {
    ...credentials("GITHUB", options),
    authorizationEndpointUri: "https://github.com/login/oauth/authorize",
    tokenUri: "https://github.com/login/oauth/access_token",
    // GitHub names itself in callbacks since 2026 (RFC 9207), and this is what it says.
    issuer: "https://github.com/login/oauth",
    // What GitHub's documentation shows; it does not mention HTTP Basic.
    clientAuthentication: "client_secret_post",
    redirectUri: options.redirectUri,
    defaults: { scope: options.scope },
  };
}

/** Creates the configuration for Google (`GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET`). */
export function createGoogleOAuthConfig(
  options: Credentials & { redirectUri: string; scope: string | string[] },
): OAuth2ClientConfig {
  return {
    ...credentials("GOOGLE", options),
    authorizationEndpointUri: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUri: "https://oauth2.googleapis.com/token",
    issuer: "https://accounts.google.com",
    clientAuthentication: "client_secret_post",
    redirectUri: options.redirectUri,
    defaults: { scope: options.scope },
  };
}

/**
 * Creates the configuration for any OpenID Connect issuer, whose endpoints are discovered when they
 * are first needed (`OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`). The scope `openid` is
 * always asked for: the ID token says who signed in.
 */
export function createOpenIdConnectOAuthConfig(
  options: Credentials & { issuer?: string; redirectUri: string; scope?: string | string[] },
): OpenIdConnectClientConfig {
  const scopes = [options.scope ?? []].flat().flatMap((scope) => scope.split(" "));
  return {
    ...credentials("OIDC", options),
    issuer: options.issuer ?? getRequiredEnv("OIDC_ISSUER"),
    redirectUri: options.redirectUri,
    defaults: { scope: ["openid", ...scopes.filter((scope) => scope !== "openid")] },
  };
}

function credentials(prefix: string, { clientId, clientSecret }: Credentials) {
  return {
    clientId: clientId ?? getRequiredEnv(`${prefix}_CLIENT_ID`),
    clientSecret: clientSecret ?? getRequiredEnv(`${prefix}_CLIENT_SECRET`),
  };
}
