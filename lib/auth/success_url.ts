/**
 * Where a browser goes after signing in or out. The wish comes with the request, from whoever made
 * the link, so it is taken only when it stays on this site: a sign-in link must not become a way
 * to send people from our address to somebody else's page.
 */

/**
 * Returns the path to go to: the `success_url` parameter, else the page the request came from, else
 * the front page. What belongs to another origin is passed over.
 */
export function successUrl(request: Request): string {
  const here = new URL(request.url);
  const wish = here.searchParams.get("success_url");
  if (wish !== null) return pathOnSite(wish, here) ?? "/";
  const referrer = request.headers.get("referer");
  return (referrer !== null ? pathOnSite(referrer, here) : undefined) ?? "/";
}

function pathOnSite(wish: string, here: URL): string | undefined {
  const url = URL.parse(wish, here.origin);
  if (url === null || url.origin !== here.origin) return undefined;
  // A path, so that it also holds behind a proxy that speaks https for us. It begins with a single
  // slash, because browsers read two as the start of another host.
  return url.pathname.replace(/^\/+/, "/") + url.search + url.hash;
}
