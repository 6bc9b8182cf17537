/**
 * What there is to know about a provider and our registration with it. Only data: nothing here is
 * looked up or asked for. See providers.ts for ready-made ones.
 */

/** How a client proves to the token endpoint who it is (OpenID Connect Core, section 9). */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post";

/** Our registration with a provider. */
interface ClientRegistration {
  clientId: string;
  /** Left out for a public client, which has PKCE alone. */
  clientSecret?: string;
  /** By default what the provider says it takes, and `client_secret_basic` when it says nothing. */
  clientAuthentication?: ClientAuthentication;
  defaults?: {
    scope?: string | string[];
  };
}

/** A provider whose endpoints are known. */
export interface OAuth2ClientConfig extends ClientRegistration {
  authorizationEndpointUri: string;
  tokenUri: string;
  /** Where the provider sends the browser back to; left out, the provider takes the registered one. */
  redirectUri?: string;
  /**
   * Who answers: the `iss` of callbacks and ID tokens must be this. By default the origin of the
   * token endpoint.
   */
  issuer?: string;
}

/** A provider that is asked for its endpoints (OpenID Connect Discovery). */
export interface OpenIdConnectClientConfig extends ClientRegistration {
  issuer: string;
  /** Where the provider sends the browser back to. */
  redirectUri: string;
}

/** Either kind of provider. */
export type OAuthConfig = OAuth2ClientConfig | OpenIdConnectClientConfig;

/** Writes the scopes of a provider as the protocol wants them. */
export function scopeText({ defaults }: OAuthConfig): string {
  return [defaults?.scope ?? []].flat().join(" ");
}
