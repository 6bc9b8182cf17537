import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { etag } from "hono/etag";
import { Hono } from "hono";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { assets } from "../../routes/assets.ts";
import { compress } from "../../tasks/compress.ts";

const SCRIPT = "export const words = 'a few words, and a few words more';\n".repeat(100);
const STYLES = "p { color: red; }\n".repeat(100);

/** What Chromium and Firefox send, and what programs send that want a file as it is. */
const BROWSER = { "accept-encoding": "gzip, deflate, br, zstd" };

/** A folder like the repository's, with copies of what is in it. */
async function withFiles(body: (app: Hono, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "tributary-files-" });
  try {
    await Deno.mkdir(`${root}/static/build`, { recursive: true });
    const files = {
      "static/build/tributary.js": SCRIPT,
      "static/page.css": STYLES,
      "static/small.css": "p{}",
    };
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    await compress(root, Object.keys(files));
    const app = new Hono();
    app.use(etag());
    app.route("/", assets(root));
    await body(app, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

Deno.test("files go over the wire as the browser takes them, the smallest first", async () => {
  await withFiles(async (app) => {
    const get = (accepted: string) =>
      app.request("/tributary.js", { headers: { "accept-encoding": accepted } });
    const text = new TextDecoder();
    for (const accepted of ["gzip, deflate, br, zstd", "br", "gzip;q=1, br;q=0.5"]) {
      const response = await get(accepted);
      assertEquals(response.headers.get("content-encoding"), "br", accepted);
      assertEquals(response.headers.get("vary"), "accept-encoding");
      assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
      assertEquals(response.headers.get("access-control-allow-origin"), "*");
      assertEquals(response.headers.get("cache-control"), "no-cache");
      const bytes = await bytesOf(response);
      assert(bytes.length < SCRIPT.length / 10, `${bytes.length} bytes`);
      assertEquals(text.decode(brotliDecompressSync(bytes)), SCRIPT);
    }
    for (const accepted of ["gzip", "gzip, br;q=0"]) {
      const response = await get(accepted);
      assertEquals(response.headers.get("content-encoding"), "gzip", accepted);
      assertEquals(text.decode(gunzipSync(await bytesOf(response))), SCRIPT);
    }
    for (const accepted of ["identity", "", "zstd"]) {
      const response = await get(accepted);
      assertEquals(response.headers.get("content-encoding"), null, accepted);
      assertEquals(response.headers.get("vary"), "accept-encoding");
      assertEquals(await response.text(), SCRIPT);
    }
  });
});

Deno.test("each form of a file has a tag of its own, and costs a 304 when it is the same", async () => {
  await withFiles(async (app) => {
    const tags = new Set<string>();
    for (const accepted of ["br", "gzip", "identity"]) {
      const headers = { "accept-encoding": accepted };
      const tag = (await app.request("/static/page.css", { headers })).headers.get("etag")!;
      tags.add(tag);
      const again = await app.request("/static/page.css", {
        headers: { ...headers, "if-none-match": tag },
      });
      assertEquals([again.status, await again.text()], [304, ""], accepted);
      assertEquals(again.headers.get("vary"), "accept-encoding");
    }
    assertEquals(tags.size, 3);
    const [first] = tags;
    const other = await app.request("/static/page.css", {
      headers: { "accept-encoding": "gzip", "if-none-match": first! },
    });
    assertEquals(other.status, 200);
  });
});

Deno.test("a file that was changed after its copies is served as it is now", async () => {
  await withFiles(async (app, root) => {
    const path = `${root}/static/page.css`;
    await Deno.writeTextFile(path, "p { color: blue; }");
    const later = new Date(Date.now() + 60_000);
    await Deno.utime(path, later, later);
    const response = await app.request("/static/page.css", { headers: BROWSER });
    assertEquals(response.headers.get("content-encoding"), null);
    assertEquals(await response.text(), "p { color: blue; }");
  });
});

Deno.test("small files, and files that are not there, are as they are without copies", async () => {
  await withFiles(async (app) => {
    const small = await app.request("/static/small.css", { headers: BROWSER });
    assertEquals([small.headers.get("content-encoding"), await small.text()], [null, "p{}"]);
    for (const path of ["/static/none.css", "/static/../static/page.css%00", "/static/a%2fb.css"]) {
      const response = await app.request(path, { headers: BROWSER });
      assertNotEquals(response.status, 200, path);
    }
  });
});
