/**
 * `deno task dev`: serves while you work. Bundles are rebuilt when an island or the SDK changes, and
 * the server starts again when its own code does.
 */
import { build } from "./build.ts";
import { type ServerProcess, startServer, untilHealthy } from "./server_process.ts";
import { configOrNull } from "./start.ts";

/** What the server is made of; bundles in static/build are served as they are. */
const SERVER_CODE = ["main.ts", "lib", "routes", "islands"];

/** An editor writes several files at once; they make one restart. */
const SETTLE_MS = 200;

if (import.meta.main) await dev();

async function dev(): Promise<void> {
  const config = configOrNull();
  if (!config) Deno.exit(2);
  await build({ watch: true, minify: false });

  let server: ServerProcess = startServer(config);
  const announce = () =>
    untilHealthy(config).then(
      () => console.log(`\nTributary is ready: http://localhost:${config.port}\n`),
      (error) => console.error(error.message),
    );
  await announce();

  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, async () => {
      await server.stop();
      Deno.exit(0);
    });
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  let restarting = Promise.resolve();
  for await (const { kind, paths } of Deno.watchFs(SERVER_CODE)) {
    if (kind === "access" || !paths.some((path) => /\.(tsx?|json)$/.test(path))) continue;
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(async () => {
        console.log("Changed: starting the server again");
        await server.stop();
        server = startServer(config);
        await announce();
      });
    }, SETTLE_MS);
  }
}
