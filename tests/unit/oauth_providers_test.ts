import {
  createGitHubOAuthConfig,
  createGoogleOAuthConfig,
  createOpenIdConnectOAuthConfig,
  getRequiredEnv,
  OAuthError,
  type OAuthErrorCode,
} from "@deno/kv-oauth";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { scopeText } from "../../lib/auth/config.ts";
import { ProviderClient } from "../../lib/auth/provider_client.ts";

const CREDENTIALS = { clientId: "id", clientSecret: "secret" };
const REDIRECT = { redirectUri: "https://tributary.example/oauth/callback" };

/** Sets environment variables for as long as a test runs. */
function withEnv(env: Record<string, string>, test: () => void): void {
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    test();
  } finally {
    for (const name of Object.keys(env)) Deno.env.delete(name);
  }
}

Deno.test("the provider creators read credentials from the environment", () => {
  for (const prefix of ["GITHUB", "GOOGLE", "OIDC"]) {
    const create = {
      GITHUB: () => createGitHubOAuthConfig(),
      GOOGLE: () => createGoogleOAuthConfig({ ...REDIRECT, scope: "openid" }),
      OIDC: () => createOpenIdConnectOAuthConfig({ ...REDIRECT, issuer: "https://a.example" }),
    }[prefix]!;
    assertThrows(create, TypeError, `${prefix}_CLIENT_ID is not set`);
    withEnv({ [`${prefix}_CLIENT_ID`]: "id", [`${prefix}_CLIENT_SECRET`]: "secret" }, () => {
      const { clientId, clientSecret } = create();
      assertEquals({ clientId, clientSecret }, CREDENTIALS);
    });
  }
  assertThrows(() => getRequiredEnv("NOT_SET_ANYWHERE"), TypeError, "NOT_SET_ANYWHERE");
});

Deno.test("createGitHubOAuthConfig() makes an authorization URL as GitHub documents it", async () => {
  const config = createGitHubOAuthConfig({ ...CREDENTIALS, scope: ["read:user", "user:email"] });
  const { url, expected } = await new ProviderClient(config, Date.now).begin();
  assertEquals(url.origin + url.pathname, "https://github.com/login/oauth/authorize");
  assertEquals(url.searchParams.get("scope"), "read:user user:email");
  assertEquals(url.searchParams.has("redirect_uri"), false); // GitHub takes the registered one
  assertEquals(expected.issuer, "https://github.com/login/oauth");
  assertEquals(expected.nonce, undefined);
});

Deno.test("createGoogleOAuthConfig() expects an ID token when openid is asked for", async () => {
  const begin = (scope: string) =>
    new ProviderClient(createGoogleOAuthConfig({ ...CREDENTIALS, ...REDIRECT, scope }), Date.now)
      .begin();
  const { url, expected } = await begin("openid email");
  assertEquals(url.searchParams.get("nonce"), expected.nonce);
  assertEquals(expected.issuer, "https://accounts.google.com");
  assertEquals((await begin("https://www.googleapis.com/auth/drive")).expected.nonce, undefined);
});

Deno.test("createOpenIdConnectOAuthConfig() always asks for openid, once", () => {
  const scopes = (scope?: string | string[]) =>
    scopeText(
      createOpenIdConnectOAuthConfig({ ...CREDENTIALS, ...REDIRECT, issuer: "https://a", scope }),
    );
  assertEquals(scopes(), "openid");
  assertEquals(scopes("email openid"), "openid email");
  assertEquals(scopes(["email", "profile"]), "openid email profile");
});

/**
 * GitHub cannot be run on loopback, but its two peculiarities can be answered with, as its
 * documentation has them: errors come with status 200, and scopes are separated by commas.
 */
async function githubAnswers(body: unknown, scope?: string) {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => Response.json(body),
  );
  const config = {
    ...createGitHubOAuthConfig({ ...CREDENTIALS, scope }),
    tokenUri: `http://127.0.0.1:${server.addr.port}/login/oauth/access_token`,
  };
  const client = new ProviderClient(config, Date.now);
  const { expected } = await client.begin();
  const callback = new URL("https://tributary.example/oauth/callback?code=c");
  callback.searchParams.set("state", expected.state);
  callback.searchParams.set("iss", "https://github.com/login/oauth");
  return await client.complete(callback, expected);
}

async function refusal(body: unknown, scope?: string): Promise<OAuthErrorCode> {
  return (await assertRejects(() => githubAnswers(body, scope), OAuthError) as OAuthError).code;
}

Deno.test("complete() understands GitHub's way to give scopes and to refuse a code", async () => {
  const answer = { access_token: "gho_x", token_type: "bearer", scope: "read:user,user:email" };
  const tokens = await githubAnswers(answer);
  assertEquals(tokens.accessToken, "gho_x");
  assertEquals(tokens.scope, ["read:user", "user:email"]);
  const error = { error: "bad_verification_code", error_description: "The code has expired." };
  assertEquals(await refusal(error), "code_refused");
});

Deno.test("complete() refuses answers that are no tokens", async () => {
  assertEquals(await refusal({}), "invalid_response");
  assertEquals(await refusal({ access_token: 1, token_type: "bearer" }), "invalid_response");
  assertEquals(await refusal({ access_token: "x", token_type: "mac" }), "invalid_response");
  assertEquals(await refusal("nothing"), "invalid_response");
});

Deno.test("complete() insists on an ID token when openid was asked for", async () => {
  const answer = { access_token: "x", token_type: "bearer" };
  assertEquals(await refusal(answer, "openid"), "invalid_response");
  assertEquals((await githubAnswers(answer, "read:user")).accessToken, "x");
});
