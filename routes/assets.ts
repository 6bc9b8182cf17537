/**
 * Files the browser needs: the SDK as one module, the islands' bundles, styles and icons.
 */
import { type Context, Hono } from "hono";
import { serveStatic } from "hono/deno";
import { compressed } from "./compressed.ts";

/** Bundles are rebuilt in place, so browsers ask again each time; an unchanged one costs a 304. */
const REVALIDATE = "no-cache";

/** The SDK, and what it loads of its own accord. */
export const SDK_FILES = ["tributary.js", "tributary-player.js"];

/** Routes for `/tributary.js` and `/static/*`; `root` is the repository's folder. */
export function assets(root: string): Hono {
  const routes = new Hono();
  const file = (path: string) => serveStatic({ root, path });

  // Other sites load the SDK with a script tag; module scripts need CORS for that.
  const fromAnywhere = (_path: string, c: Context) => {
    c.header("access-control-allow-origin", "*");
    c.header("cross-origin-resource-policy", "cross-origin");
    c.header("cache-control", REVALIDATE);
  };
  for (const name of SDK_FILES.flatMap((name) => [name, `${name}.map`])) {
    const path = `static/build/${name}`;
    routes.get(
      `/${name}`,
      compressed({ root, pathOf: () => path, onFound: fromAnywhere }),
      serveStatic({ root, path, onFound: fromAnywhere }),
    );
  }
  const revalidated = (_path: string, c: Context) => c.header("cache-control", REVALIDATE);
  routes.get(
    "/static/*",
    compressed({ root, pathOf: (c) => c.req.path.slice(1), onFound: revalidated }),
    serveStatic({ root, onFound: revalidated }),
  );
  routes.get("/favicon.ico", file("static/icon.svg"));
  return routes;
}
