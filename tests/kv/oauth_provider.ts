/** Starts and ends the real provider that the sign-in tests run against. */

/** The client that the applications of the tests are, on any port of localhost. */
export const CLIENT_ID = "tributary";

/** The client that answers on https. */
export const HTTPS_CLIENT_ID = "tributary-https";

/** The only redirect URI of the client on https; nothing listens there. */
export const HTTPS_CALLBACK = "https://tributary.example/oauth/callback";

/** Either client's secret. */
export const CLIENT_SECRET = "only-for-a-provider-on-loopback";

/** A provider that runs. */
export interface RunningProvider {
  issuer: string;
  stop(): Promise<void>;
}

/** Generous: it starts in 0.3 s here, but a busy CI machine may also have to unpack packages. */
const START_MS = 30_000;

/** Starts a provider as a process of its own, and waits until it answers. */
export async function startProvider(): Promise<RunningProvider> {
  const script = new URL("./oauth_provider_process.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (!/^http:.*\n/m.test(printed)) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`The provider did not start: ${await complaints}`);
    printed += value;
  }
  clearTimeout(timer);
  return {
    issuer: /^http:.*$/m.exec(printed)![0],
    async stop() {
      child.kill("SIGKILL");
      await child.status;
      await Promise.all([complaints, lines.cancel(), child.stdin.abort()]);
    },
  };
}
