/**
 * Files the browser needs: the SDK as one module, the islands' bundles, styles and icons.
 */
import { type Context, Hono } from "hono";
import { serveStatic } from "hono/deno";

/** Bundles are rebuilt in place, so browsers ask again each time; an unchanged one costs a 304. */
const REVALIDATE = "no-cache";

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
  for (const name of ["tributary.js", "tributary.js.map"]) {
    routes.get(
      `/${name}`,
      serveStatic({ root, path: `static/build/${name}`, onFound: fromAnywhere }),
    );
  }
  routes.get(
    "/static/*",
    serveStatic({ root, onFound: (_path, c) => c.header("cache-control", REVALIDATE) }),
  );
  routes.get("/favicon.ico", file("static/icon.svg"));
  return routes;
}
