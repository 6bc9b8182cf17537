/**
 * Where the service is, when the page does not say.
 * This module is browser compatible.
 */

/** Returns the WebSocket of the origin that this module came from, whatever page it is used on. */
export function defaultUrl(): string {
  const url = new URL("/api/ws", import.meta.url);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}
