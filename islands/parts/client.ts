/**
 * What islands need of the SDK. They are handed a function that makes a client, by the entries: so
 * the server renders islands without loading the SDK, and the SDK stays out of pages without it.
 */
import type { Tributary } from "../../lib/client/mod.ts";

/** The SDK's client, as far as islands use it. */
export type Client = Pick<
  Tributary,
  | "startCamera"
  | "stopCamera"
  | "setStream"
  | "setQuality"
  | "startBroadcast"
  | "resumeBroadcast"
  | "resumeToken"
  | "sendStill"
  | "visibility"
  | "endBroadcast"
  | "joinBroadcast"
  | "leaveBroadcast"
  | "subscribeToTreeChanges"
  | "unsubscribeFromTreeChanges"
  | "getStats"
  | "getTreeStats"
  | "peerId"
  | "chat"
  | "setRelaying"
  | "close"
  | "on"
  | "state"
  | "stream"
>;

/** Makes the client of a page; absent while the server renders. */
export type Connect = () => Client;

/** Reads the stable code of an error; what has none is a fault of ours, `internal`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "internal";
}

/** Tells why this browser cannot take part at all, or null when it can. */
export function missingSupport(): "unsupported" | null {
  return typeof RTCPeerConnection === "function" && typeof WebSocket === "function"
    ? null
    : "unsupported";
}
