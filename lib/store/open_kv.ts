/**
 * Opens the KV that KV_URL names.
 */
import { dirname } from "node:path";

/**
 * Opens a file (its folder is made on first run), `:memory:`, a KV Connect URL, or, for undefined,
 * the database that Deno Deploy assigned.
 */
export async function openKv(url: string | undefined): Promise<Deno.Kv> {
  const isFile = url !== undefined && url !== ":memory:" && !/^https?:\/\//i.test(url);
  if (isFile) await Deno.mkdir(dirname(url), { recursive: true });
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.openKv(url);
    } catch (error) {
      // Isolates that make the file at the same moment lock each other out while its tables are made.
      const isLocked = error instanceof Error && error.message.includes("locked");
      if (!isLocked || attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
  }
}
