/**
 * As much of a browser as signing in takes: it keeps cookies by hand, follows redirects one by one
 * and fills in the provider's forms. A test can stop at any step and change what is sent.
 */

/** The longest honest way through the provider takes seven steps. */
const MAX_STEPS = 12;

/** See the module's paragraph. */
export class Browser {
  /** Cookies by origin. Paths are ignored: no two cookies here share a name but not a meaning. */
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Sends one request with this browser's cookies, and keeps those of the answer. */
  async send(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = this.cookies(url);
    if (cookies !== "") headers.set("cookie", cookies);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    this.keep(url, response);
    return response;
  }

  /** Returns the `Cookie` header for a URL. */
  cookies(url: string | URL): string {
    const jar = this.#cookies.get(new URL(url).origin) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Keeps the cookies of an answer. */
  keep(url: string | URL, response: Response): void {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      const expires = /; expires=([^;]+)/i.exec(cookie)?.[1];
      const over = /; max-age=0/i.test(cookie) || (expires && Date.parse(expires) <= Date.now());
      if (over) jar.delete(name!);
      else jar.set(name!, value!);
    }
  }

  /**
   * Goes through the provider as the person named `login`, from its authorization URL on, and
   * returns the URL that the provider sends the browser back to, without going there.
   */
  async authorize(
    authorizationUrl: string,
    { login = "ada", abort = false } = {},
  ): Promise<URL> {
    const { origin } = new URL(authorizationUrl);
    let url = new URL(authorizationUrl);
    let init: RequestInit = {};
    for (let step = 0; step < MAX_STEPS; step++) {
      const response = await this.send(url, init);
      const page = await response.text();
      init = {};
      const location = response.headers.get("location");
      if (location !== null) {
        url = new URL(location, url);
        if (url.origin !== origin) return url;
        continue;
      }
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (prompt === undefined) throw new Error(`The provider shows an error: ${page}`);
      if (abort) {
        url = new URL(`${url.pathname}/abort`, url);
        continue;
      }
      url = new URL(/<form[^>]* action="([^"]+)"/.exec(page)![1]!, url);
      const body = new URLSearchParams({ prompt, login, password: "any password will do" });
      init = { method: "POST", body };
    }
    throw new Error("The provider does not come to an end");
  }
}
