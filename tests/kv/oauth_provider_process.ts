/**
 * A real OpenID Connect provider on loopback, as a process of its own: `oidc-provider` with its own
 * login and consent pages. Prints its issuer as the first line. Ends when its standard input does,
 * so that it cannot outlive the tests that started it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { CLIENT_ID, CLIENT_SECRET, HTTPS_CALLBACK, HTTPS_CLIENT_ID } from "./oauth_provider.ts";

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      // For a native client a loopback address may have any port (RFC 8252, section 7.3), and every
      // test has an application on a port of its own.
      application_type: "native",
      redirect_uris: ["http://localhost/oauth/callback"],
    },
    {
      client_id: HTTPS_CLIENT_ID,
      client_secret: CLIENT_SECRET,
      token_endpoint_auth_method: "client_secret_post",
      redirect_uris: [HTTPS_CALLBACK],
    },
  ],
  cookies: { keys: ["signs the cookies of a provider that lives for one test run"] },
  // Beside OpenID Connect a scope of plain OAuth, as GitHub has them.
  scopes: ["openid", "read:user"],
  pkce: { required: () => true },
});
server.on("request", provider.callback());
console.log(issuer);

await Deno.stdin.readable.pipeTo(new WritableStream());
Deno.exit();
