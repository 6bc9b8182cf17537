/**
 * Our side of the talk with one provider: the authorization-code flow with PKCE (S256), state, and
 * a nonce where an ID token is expected. The checks of the protocol are the library's; this module
 * decides what is asked for and hands out plain tokens. Knows no cookies and no KV.
 */
import * as oauth from "oauth4webapi";
import { authorizationServer, httpOptions } from "./authorization_server.ts";
import { type ClientAuthentication, type OAuthConfig, scopeText } from "./config.ts";
import { OAuthError } from "./errors.ts";
import { askProvider } from "./provider_errors.ts";

/** What a provider gives for a code. */
export interface Tokens {
  accessToken: string;
  tokenType: string;
  /** Seconds from now. */
  expiresIn?: number;
  refreshToken?: string;
  scope?: string[];
  idToken?: string;
  /** Who signed in, from the ID token, checked. */
  claims?: oauth.IDToken;
}

/** What is kept until the callback. */
export interface Expected {
  issuer: string;
  state: string;
  codeVerifier: string;
  nonce?: string;
}

/**
 * Parameters that the checks rest on, so a caller must not set them. `request` and `request_uri`
 * could replace all the others, and `max_age` would need a check that is not made here.
 */
const RESERVED = new Set([
  "client_id",
  "redirect_uri",
  "response_type",
  "response_mode",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
  "max_age",
]);

/** See the module's paragraph. */
export class ProviderClient {
  readonly #config: OAuthConfig;
  readonly #server: () => Promise<oauth.AuthorizationServer>;

  constructor(config: OAuthConfig, now: () => number) {
    this.#config = config;
    this.#server = authorizationServer(config, now);
  }

  /**
   * Begins a sign-in: where to send the browser, and what its callback must match.
   *
   * @throws {TypeError} when `urlParams` names a parameter that is not the caller's to set.
   * @throws {OAuthError} when the provider has to be asked for its endpoints and does not say.
   */
  async begin(urlParams: Record<string, string> = {}): Promise<{ url: URL; expected: Expected }> {
    const server = await this.#server();
    const params = new URLSearchParams({ scope: scopeText(this.#config) });
    for (const [name, value] of Object.entries(urlParams)) {
      if (RESERVED.has(name)) {
        throw new TypeError(`The parameter ${name} cannot be set from outside`);
      }
      params.set(name, value);
    }
    const scopes = params.get("scope") ?? "";
    if (scopes === "") params.delete("scope");
    const expected: Expected = {
      issuer: server.issuer,
      state: oauth.generateRandomState(),
      codeVerifier: oauth.generateRandomCodeVerifier(),
      nonce: scopes.split(" ").includes("openid") ? oauth.generateRandomNonce() : undefined,
    };
    params.set("client_id", this.#config.clientId);
    params.set("response_type", "code");
    params.set("state", expected.state);
    params.set("code_challenge", await oauth.calculatePKCECodeChallenge(expected.codeVerifier));
    params.set("code_challenge_method", "S256");
    if (this.#config.redirectUri) params.set("redirect_uri", this.#config.redirectUri);
    if (expected.nonce) params.set("nonce", expected.nonce);
    const url = new URL(server.authorization_endpoint!);
    for (const [name, value] of params) url.searchParams.set(name, value);
    return { url, expected };
  }

  /** Resolves with the issuer, which tells one provider's sign-ins from another's. */
  async issuer(): Promise<string> {
    return (await this.#server()).issuer;
  }

  /**
   * Completes a sign-in: checks the callback's parameters and exchanges the code for tokens.
   *
   * @throws {OAuthError} when the provider says no, says something invalid, or says nothing.
   */
  async complete(callback: URL, expected: Expected): Promise<Tokens> {
    const server = await this.#server();
    const client: oauth.Client = { client_id: this.#config.clientId };
    return await askProvider(async () => {
      const params = oauth.validateAuthResponse(server, client, callback, expected.state);
      const [code, ...others] = params.getAll("code");
      if (!code || others.length > 0) {
        throw new OAuthError("invalid_response", "The provider sent no authorization code");
      }
      const grant = new URLSearchParams({ code, code_verifier: expected.codeVerifier });
      // The library's own function for this grant insists on a redirect URI, but GitHub's may be
      // left out, and then it must be left out in both requests (RFC 6749, section 4.1.3).
      if (this.#config.redirectUri) grant.set("redirect_uri", this.#config.redirectUri);
      const response = await oauth.genericTokenEndpointRequest(
        server,
        client,
        clientAuthentication(this.#config, server),
        "authorization_code",
        grant,
        httpOptions(server.token_endpoint!),
      );
      const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
        // With a nonce the library also insists on an ID token.
        expectedNonce: expected.nonce,
      });
      return toTokens(answer);
    });
  }
}

function clientAuthentication(
  { clientSecret, clientAuthentication }: OAuthConfig,
  { token_endpoint_auth_methods_supported: supported }: oauth.AuthorizationServer,
): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None();
  // A provider that says nothing takes Basic (OpenID Connect Discovery, section 3).
  const fallback: ClientAuthentication = supported?.includes("client_secret_basic") !== false
    ? "client_secret_basic"
    : "client_secret_post";
  return (clientAuthentication ?? fallback) === "client_secret_post"
    ? oauth.ClientSecretPost(clientSecret)
    : oauth.ClientSecretBasic(clientSecret);
}

function toTokens(answer: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: answer.access_token,
    tokenType: answer.token_type,
    expiresIn: answer.expires_in,
    refreshToken: answer.refresh_token,
    // The standard separates scopes by spaces, GitHub by commas.
    scope: answer.scope?.split(/[ ,]+/).filter((scope) => scope !== ""),
    idToken: answer.id_token,
    claims: oauth.getValidatedIdTokenClaims(answer),
  };
}
