/** Still pictures at the service: what is taken, from whom, and how often. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  MAX_STILL_BYTES,
  STILL_WINDOW_MS,
  STILLS_PER_WINDOW,
  UserError,
} from "../../lib/protocol/mod.ts";
import { readPicture } from "../../lib/signalling/picture.ts";
import { checkedPicture, countStill } from "../../lib/signalling/stills.ts";
import { ServiceWorld } from "../support/service_world.ts";
import { jpegOf, webpOf } from "../support/pictures.ts";

const still = (bytes = webpOf(480, 270)) =>
  ({ command: "UPDATE_STILL", name: "b", picture: bytes.toBase64() }) as const;

async function live(visibility?: "public" | "unlisted") {
  const world = new ServiceWorld();
  const root = world.connect();
  root.send({ command: "START_BROADCAST", name: "b", visibility });
  await world.clock.advance(100);
  return { world, root };
}

const lastError = (
  client: { outlet: { of(c: "ERROR"): { code?: string; answers?: string }[] } },
) => {
  const error = client.outlet.of("ERROR").at(-1);
  return [error?.code, error?.answers];
};

Deno.test("[STILL-1] pictures are known by their bytes: WebP of each kind, and JPEG", () => {
  const webp = { type: "image/webp", width: 480, height: 270 };
  for (const kind of ["VP8 ", "VP8L", "VP8X"] as const) {
    assertEquals(readPicture(webpOf(480, 270, { kind })), webp, kind);
    const { width, height } = readPicture(webpOf(1, 16_383, { kind }))!;
    assertEquals([width, height], [1, 16_383], kind);
  }
  assertEquals(readPicture(webpOf(480, 270, { kind: "VP8X", isAnimated: true })), null);
  assertEquals(readPicture(jpegOf(640, 200)), { type: "image/jpeg", width: 640, height: 200 });
});

Deno.test("[STILL-1] what is something else, cut off, or lies about its length, is no picture", () => {
  const text = (written: string) => new TextEncoder().encode(written);
  const others = [
    new Uint8Array(),
    text("GIF89a........................"),
    text("\x89PNG\r\n\x1a\n....................."),
    text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    text("<html><script>alert(1)</script></html>"),
    text("RIFF\x20\0\0\0WEBPEXIF................."),
    text("RIFF\xff\xff\xff\x7fWEBPVP8 ................."),
  ];
  for (const bytes of others) assertEquals(readPicture(bytes), null);
  for (const whole of [webpOf(480, 270), jpegOf(480, 270)]) {
    // Up to where the size stands.
    for (let length = 0; length < 30; length++) {
      const picture = readPicture(whole.slice(0, length));
      assert(picture === null || picture.width === 480, `${length} bytes`);
    }
  }
});

Deno.test("[STILL-1] a picture that is too large, in bytes or in pixels, is refused and says why", () => {
  const reason = (bytes: Uint8Array<ArrayBuffer>) => {
    const error = assertThrows(() => checkedPicture(bytes.toBase64()), UserError) as UserError;
    assertEquals(error.code, "bad_picture");
    return error.message;
  };
  assertEquals(
    checkedPicture(webpOf(480, 270, { size: MAX_STILL_BYTES }).toBase64()).type,
    "image/webp",
  );
  assertEquals(
    reason(webpOf(480, 270, { size: MAX_STILL_BYTES + 2 })),
    `The still picture has ${MAX_STILL_BYTES + 2} bytes, and may have ${MAX_STILL_BYTES}`,
  );
  assertEquals(
    reason(webpOf(16_000, 16_000)),
    "The still picture has 16000 x 16000 pixels, and may have 1280 a side",
  );
  assertEquals(
    reason(jpegOf(0, 270)),
    "The still picture has 0 x 270 pixels, and may have 1280 a side",
  );
  const error = assertThrows(() => checkedPicture("no base64!"), UserError) as UserError;
  assertEquals([error.code, error.message], [
    "bad_picture",
    "The still picture is not written in base64",
  ]);
});

Deno.test("[STILL-3] pictures count for a while, and those that were refused for being many do not", () => {
  let sent: number[] = [];
  for (let i = 0; i < STILLS_PER_WINDOW; i++) sent = countStill(sent, 1_000 + i);
  const error = assertThrows(() => countStill(sent, 2_000), UserError) as UserError;
  assertEquals(error.code, "too_fast");
  assertThrows(() => countStill(sent, 1_000 + STILL_WINDOW_MS - 1), UserError);
  sent = countStill(sent, 1_000 + STILL_WINDOW_MS);
  assertEquals(sent.length, STILLS_PER_WINDOW);
});

Deno.test("[STILL-1] a broadcaster's picture is kept under a version that goes by its content", async () => {
  const { world, root } = await live();
  const first = webpOf(480, 270);
  root.send(still(first));
  await world.clock.advance(100);
  const kept = await world.store.still("b");
  assertEquals([kept?.type, kept?.bytes], ["image/webp", first]);
  root.send(still(webpOf(270, 480)));
  await world.clock.advance(100);
  root.send(still(first));
  await world.clock.advance(100);
  const versions = root.outlet.of("UPDATE_STILL_RECEIVED").map(({ still }) => still);
  assertEquals(versions[0], versions[2]);
  assert(versions[0] !== versions[1]);
  assertEquals((await world.store.broadcast("b"))?.still?.version, versions[2]);
  assertEquals(root.outlet.of("ERROR"), []);
});

Deno.test("[STILL-2] only a broadcaster gives pictures, and only of what is live and listed", async () => {
  const { world, root } = await live();
  const other = world.connect(1);
  other.send(still());
  await world.clock.advance(100);
  assertEquals(lastError(other), ["not_broadcaster", "UPDATE_STILL"]);
  other.send({ ...still(), name: "nobody" });
  await world.clock.advance(100);
  assertEquals(lastError(other), ["unknown_broadcast", "UPDATE_STILL"]);
  root.send({ command: "END_BROADCAST", name: "b" }, still());
  await world.clock.advance(100);
  assertEquals(lastError(root), ["unknown_broadcast", "UPDATE_STILL"]);
  assertEquals(await world.store.still("b"), null);

  const unlisted = await live("unlisted");
  unlisted.root.send(still());
  await unlisted.world.clock.advance(100);
  assertEquals(lastError(unlisted.root), ["not_listed", "UPDATE_STILL"]);
  assertEquals(await unlisted.world.store.still("b"), null);
});

Deno.test("[STILL-3] too many pictures are refused, and later ones taken again", async () => {
  const { world, root } = await live();
  for (let i = 0; i < STILLS_PER_WINDOW; i++) root.send(still());
  root.send(still());
  await world.clock.advance(100);
  assertEquals(lastError(root), ["too_fast", "UPDATE_STILL"]);
  assertEquals(root.outlet.of("UPDATE_STILL_RECEIVED").length, STILLS_PER_WINDOW);
  await world.clock.advance(STILL_WINDOW_MS);
  root.send(still());
  await world.clock.advance(100);
  assertEquals(root.outlet.of("UPDATE_STILL_RECEIVED").length, STILLS_PER_WINDOW + 1);
});

Deno.test("[RESUME-2] [START-7] who has come back on another instance goes on, with title, visibility and pictures", async () => {
  const world = new ServiceWorld();
  const { client, token } = await world.greet(0);
  client.send({ command: "START_BROADCAST", name: "b", title: " My\nshow ", visibility: "public" });
  await world.clock.advance(100);
  client.send(still());
  await world.clock.advance(100);
  client.close();
  const { client: back } = await world.greet(1, token);
  back.send(still(webpOf(200, 100)));
  await world.clock.advance(100);
  const broadcast = await world.store.broadcast("b");
  assertEquals([broadcast?.title, broadcast?.visibility], ["My show", "public"]);
  assertEquals(back.outlet.of("UPDATE_STILL_RECEIVED").length, 1);
});

Deno.test("[START-5] [START-6] a broadcast is public, and called as its name, unless it says otherwise", async () => {
  const world = new ServiceWorld();
  const told = async (fields: { title?: string; visibility?: "public" | "unlisted" }) => {
    const root = world.connect();
    root.send({ command: "START_BROADCAST", name: "the name", ...fields });
    await world.clock.advance(100);
    const { title, visibility } = (await world.store.broadcast("the name"))!;
    root.send({ command: "END_BROADCAST", name: "the name" });
    await world.clock.advance(100);
    return [title, visibility];
  };
  assertEquals(await told({}), ["the name", "public"]);
  assertEquals(await told({ title: " \n\u0000" }), ["the name", "public"]);
  assertEquals(await told({ title: `${"x".repeat(150)}`, visibility: "public" }), [
    "x".repeat(100),
    "public",
  ]);
  assertEquals(await told({ title: "Ours", visibility: "unlisted" }), ["Ours", "unlisted"]);
});
