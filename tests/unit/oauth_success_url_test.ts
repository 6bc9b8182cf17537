import { assertEquals } from "@std/assert";
import { successUrl } from "../../lib/auth/success_url.ts";

const SITE = "https://tributary.example";

function landing(wish: string | undefined, referer?: string): string {
  const url = new URL("/oauth/signin", SITE);
  if (wish !== undefined) url.searchParams.set("success_url", wish);
  return successUrl(new Request(url, { headers: referer === undefined ? {} : { referer } }));
}

Deno.test("successUrl() takes a wish that stays on the site", () => {
  assertEquals(landing("/b/garden"), "/b/garden");
  assertEquals(landing("/b/garden?x=1#y"), "/b/garden?x=1#y");
  assertEquals(landing("b/garden"), "/b/garden");
  assertEquals(landing(`${SITE}/b/garden`), "/b/garden");
});

Deno.test("successUrl() passes over a wish that leaves the site", () => {
  const wishes = [
    "https://evil.example",
    "http://tributary.example/b/garden", // another scheme is another origin
    "https://tributary.example:8443/",
    "https://tributary.example@evil.example/",
    "https://tributary.example.evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
  ];
  for (const wish of wishes) assertEquals(landing(wish), "/", wish);
});

Deno.test("successUrl() never answers with two slashes, which browsers read as a host", () => {
  assertEquals(landing(`${SITE}//evil.example/x`), "/evil.example/x");
  assertEquals(landing(`${SITE}/\\/evil.example`), "/evil.example");
  assertEquals(landing("/.//evil.example"), "/evil.example");
});

Deno.test("successUrl() goes back to the page before, if that is ours", () => {
  assertEquals(landing(undefined, `${SITE}/b/garden?x=1`), "/b/garden?x=1");
  assertEquals(landing(undefined, "https://evil.example/b/garden"), "/");
  assertEquals(landing(undefined, "https://"), "/");
  assertEquals(landing(undefined), "/");
});

Deno.test("successUrl() prefers the wish to the page before, also when it passes over it", () => {
  assertEquals(landing("/b/garden", `${SITE}/about`), "/b/garden");
  assertEquals(landing("https://evil.example", `${SITE}/about`), "/");
});
