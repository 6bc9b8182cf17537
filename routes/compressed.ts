/**
 * Files that were compressed when they were built (tasks/compress.ts): hands out the copy that a
 * browser takes, and leaves everything else to whoever comes next.
 */
import type { Context, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { getMimeType } from "hono/utils/mime";
import { COMPRESSED_FOLDER } from "../lib/compressed_folder.ts";

/** What the copies of an encoding are called; the better one first. */
const SUFFIXES: Record<string, string> = { br: ".br", gzip: ".gz" };

/** Our files have plain names. Anything else is looked for, and refused, as it is without copies. */
const PLAIN_PATH = /^static(\/[\w-]+(\.[\w-]+)*)+$/;

/** What `compressed` is told. */
export interface CompressedOptions {
  /** The repository's folder. */
  root: string;
  /** Says which file is asked for, below the repository's folder. */
  pathOf: (c: Context) => string;
  /** Called before a copy is handed out. */
  onFound: (path: string, c: Context) => void;
}

/** Makes a handler that answers with the copy of a file, where there is a current one. */
export function compressed({ root, pathOf, onFound }: CompressedOptions): MiddlewareHandler {
  return async (c, next) => {
    const path = pathOf(c);
    const type = getMimeType(path);
    if (!type || !PLAIN_PATH.test(path)) return await next();
    const encoding = accepts(c, {
      header: "Accept-Encoding",
      supports: Object.keys(SUFFIXES),
      default: "",
      match: (accepted, { supports }) =>
        supports.find((name) => accepted.some(({ type, q }) => type === name && q > 0)) ?? "",
    });
    const suffix = SUFFIXES[encoding];
    const copy = suffix && await current(root, path, suffix);
    if (!copy) {
      await next();
      // A cache in between must not hand to one what was meant for another.
      return c.res.headers.append("vary", "accept-encoding");
    }
    onFound(path, c);
    c.header("content-type", type);
    c.header("content-encoding", encoding);
    c.header("vary", "accept-encoding");
    return c.body(copy);
  };
}

/** Opens a copy; null when there is none, or the file was changed after it. */
async function current(
  root: string,
  path: string,
  suffix: string,
): Promise<ReadableStream | null> {
  const copy = `${root}/${COMPRESSED_FOLDER}/${path}${suffix}`;
  try {
    const [ofFile, ofCopy] = await Promise.all([Deno.stat(`${root}/${path}`), Deno.stat(copy)]);
    if (!ofFile.isFile || ofCopy.mtime! < ofFile.mtime!) return null;
    return (await Deno.open(copy)).readable;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
