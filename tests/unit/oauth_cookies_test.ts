import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readCookie, removeCookie, siteCookie, writeCookie } from "../../lib/auth/cookies.ts";

function secureFor(url: string): boolean {
  const cookie = writeCookie(new Request(url), siteCookie(), "x");
  assertEquals(cookie.startsWith("__Host-"), cookie.includes("; Secure"));
  return cookie.includes("; Secure");
}

Deno.test("writeCookie() leaves Secure out only for http to this machine", () => {
  for (const host of ["localhost:8000", "app.localhost", "127.0.0.1:8000", "[::1]:8000"]) {
    assertEquals(secureFor(`http://${host}/`), false, host);
    assertEquals(secureFor(`https://${host}/`), true, host);
  }
  // Behind a proxy that speaks https, the request itself arrives over http.
  for (const host of ["tributary.example", "localhost.evil.example", "127.0.0.1.evil.example"]) {
    assertEquals(secureFor(`http://${host}/`), true, host);
  }
});

Deno.test("siteCookie() takes another name, domain, path, lifetime and SameSite", () => {
  const shape = siteCookie({
    name: "__Secure-who",
    domain: "tributary.example",
    path: "/b",
    maxAge: 60,
    sameSite: "Strict",
  });
  const request = new Request("https://live.tributary.example/");
  const attributes = "Domain=tributary.example; Path=/b; HttpOnly; Secure; SameSite=Strict";
  assertEquals(
    writeCookie(request, shape, "x"),
    `__Secure-who=x; Max-Age=60; ${attributes}`,
  );
  assertEquals(removeCookie(request, shape), `__Secure-who=; Max-Age=0; ${attributes}`);
});

Deno.test("siteCookie() refuses what browsers would refuse", () => {
  assertThrows(() => siteCookie({ domain: "tributary.example" }), TypeError, "__Host-");
  assertThrows(() => siteCookie({ path: "/b" }), TypeError, "__Host-");
  for (const maxAge of [0, -1, 1.5, NaN, 401 * 24 * 60 * 60]) {
    assertThrows(() => siteCookie({ maxAge }), TypeError, "whole seconds");
  }
  assertEquals(siteCookie({ path: "/", maxAge: undefined }).maxAge, 90 * 24 * 60 * 60);
});

Deno.test("readCookie() finds the cookie among others, and no cookie of another name", () => {
  const read = (cookie: string, url = "https://tributary.example/") =>
    readCookie(new Request(url, { headers: { cookie } }), siteCookie());
  assertEquals(read("a=1; __Host-site-session=abc; b=2"), "abc");
  assertEquals(read("__Host-site-session="), undefined);
  assertEquals(read("site-session=abc"), undefined); // any subdomain could have set that one
  assertEquals(read("site-session=abc", "http://localhost:8000/"), "abc");
  assertEquals(read(""), undefined);
});

Deno.test("writeCookie() lets no value break out of the header", () => {
  const cookie = writeCookie(new Request("http://localhost/"), siteCookie(), "a; Domain=b\r\n");
  assertStringIncludes(cookie, "site-session=a%3B%20Domain%3Db%0D%0A; Max-Age=");
});
