/** Another site than the service: serves the pages that a test gives it, from another origin. */

/** A site that runs until it is disposed. */
export interface ForeignSite extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

/** Serves `pages`, HTML by path. */
export function serveForeignSite(pages: Record<string, string>): ForeignSite {
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const html = pages[new URL(request.url).pathname];
    return new Response(html ?? "", {
      status: html ? 200 : 404,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  });
  return {
    url: `http://localhost:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
