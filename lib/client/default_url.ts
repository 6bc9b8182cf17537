/**
 * Where the service is, when the page does not say.
 * This module is browser compatible.
 */

/** Returns the WebSocket of the origin that this module came from, whatever page it is used on. */
export function defaultUrl(): string {
  return socketUrl(import.meta.url);
}

/** Returns the origin that this module came from. */
export function defaultService(): string {
  return new URL(import.meta.url).origin;
}

/** Returns the WebSocket of a service, given any address of it. */
export function socketUrl(service: string): string {
  const url = new URL("/api/ws", service);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}
