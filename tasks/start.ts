/**
 * `deno task start`: builds what the browser needs and serves, in one process with one isolate per
 * core. Ends when it is told to (SIGINT, SIGTERM), or with the server.
 */
import { type Config, ConfigError, readConfig } from "../lib/config.ts";
import { build, BuildError } from "./build.ts";
import { startServer, untilHealthy } from "./server_process.ts";

if (import.meta.main) Deno.exit(await start());

async function start(): Promise<number> {
  const config = configOrNull();
  if (!config) return 2;
  if (!await isBuilt()) return 1;
  const server = startServer(config);
  let stopping = false;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      stopping = true;
      server.stop();
    });
  }
  untilHealthy(config).then(
    () => console.log(`Tributary is ready: http://localhost:${config.port}`),
    (error) => stopping || console.error(error.message),
  );
  const { code } = await server.status;
  return stopping ? 0 : code;
}

/** Builds; says what is wrong and returns false when something cannot be bundled. */
async function isBuilt(): Promise<boolean> {
  try {
    await build({ watch: false, minify: true });
    return true;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`The pages cannot be built:\n${error.message}`);
    return false;
  }
}

/** Reads the configuration; says what is wrong with it and returns null when it cannot be used. */
export function configOrNull(): Config | null {
  try {
    return readConfig(Deno.env.toObject());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return null;
  }
}
