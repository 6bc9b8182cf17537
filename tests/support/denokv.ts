/**
 * The real KV server, where there is one: `denokv` on the PATH (`cargo install denokv --locked`), as a
 * child process on a free port.
 */
import { freePort } from "./process_group.ts";

/** Says whether there is a `denokv` to be run. */
export async function hasDenokv(): Promise<boolean> {
  try {
    return (await new Deno.Command("denokv", { args: ["--help"] }).output()).success;
  } catch {
    return false;
  }
}

/** A KV that is served. */
export interface ServedKv {
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** Serves a KV that is kept in the file `path`. */
export async function serveKv(path: string): Promise<ServedKv> {
  // denokv does not say which port it took, so it gets one that is free.
  const port = freePort();
  const token = crypto.randomUUID();
  const child = new Deno.Command("denokv", {
    args: ["--sqlite-path", path, "serve", "--addr", `127.0.0.1:${port}`, "--access-token", token],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  while (!await listens(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url,
    token,
    async stop() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
