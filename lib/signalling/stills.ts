/**
 * Still pictures of what is on air: looks at what a broadcaster sends before anybody else is to, and
 * keeps it. A picture comes over the socket, because the socket is what is known to be the
 * broadcaster's (docs/decisions/0016-the-list-and-its-pictures.md).
 */
import { createHash } from "node:crypto";
import {
  MAX_STILL_BYTES,
  MAX_STILL_SIDE,
  STILL_KEPT_MS,
  STILL_WINDOW_MS,
  STILLS_PER_WINDOW,
  UserError,
} from "../protocol/mod.ts";
import type { Context } from "./context.ts";
import { readPicture } from "./picture.ts";
import type { Session } from "./session.ts";

/**
 * Keeps a picture; resolves with its version, or null when this is no live public broadcast of the
 * session's.
 *
 * @throws {UserError} `bad_picture` or `too_fast`.
 */
export async function keepStill(
  { store, clock, hints }: Context,
  session: Session,
  { name, picture }: { name: string; picture: string },
): Promise<string | null> {
  const now = clock.now();
  session.stillsSent = countStill(session.stillsSent, now);
  const { bytes, type } = checkedPicture(picture);
  if (!session.broadcasts.has(name)) return null;
  const version = versionOf(bytes);
  const still = { version, type, bytes, until: now + STILL_KEPT_MS };
  if (!await store.setStill(name, session.id, still, STILL_KEPT_MS)) return null;
  hints.changed(name);
  return version;
}

/**
 * Counts a picture among those that were sent before; returns those that still count.
 *
 * @throws {UserError} `too_fast`, and then it does not count.
 */
export function countStill(sent: number[], now: number): number[] {
  const counting = sent.filter((time) => time > now - STILL_WINDOW_MS);
  if (counting.length >= STILLS_PER_WINDOW) {
    throw new UserError(
      "too_fast",
      `At most ${STILLS_PER_WINDOW} still pictures may be sent in ${STILL_WINDOW_MS / 1000} s`,
    );
  }
  return [...counting, now];
}

/**
 * Reads a picture and says of which type it is.
 *
 * @throws {UserError} `bad_picture`
 */
export function checkedPicture(text: string): { bytes: Uint8Array<ArrayBuffer>; type: string } {
  const bytes = fromBase64(text);
  if (bytes.length > MAX_STILL_BYTES) {
    throw bad(`has ${bytes.length} bytes, and may have ${MAX_STILL_BYTES}`);
  }
  const picture = readPicture(bytes);
  if (!picture) throw bad("is neither WebP nor JPEG, or moves");
  const { type, width, height } = picture;
  if (Math.max(width, height) > MAX_STILL_SIDE || Math.min(width, height) < 1) {
    throw bad(`has ${width} x ${height} pixels, and may have ${MAX_STILL_SIDE} a side`);
  }
  return { bytes, type };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw bad("is not written in base64");
  }
}

/** Names a picture by its content, so that an address with it in stands for that picture for good. */
function versionOf(bytes: Uint8Array<ArrayBuffer>): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 2 * VERSION_BYTES);
}

/** Enough that two pictures of one broadcast do not happen to have the same. */
const VERSION_BYTES = 8;

function bad(what: string): UserError {
  return new UserError("bad_picture", `The still picture ${what}`);
}
