/**
 * A page of another site that has the SDK and nothing else, for tests that use the SDK itself. It
 * keeps account: `states`, `streams` (how many came), `errors`, and every RTCPeerConnection and
 * WebSocket it made. It forbids eval, as careful sites do.
 */
import type { RelayMode } from "../../lib/client/mod.ts";
import type { Tributary, TributaryErrorCode, TributaryState } from "../../lib/client/mod.ts";
import type { ScriptedPage } from "./scripted_page.ts";

/** What the page's scripts find as globals. */
export interface SdkPageGlobals {
  tributary: Tributary;
  states: TributaryState[];
  /** How many streams have come. */
  streams: number;
  errors: TributaryErrorCode[];
  connections: RTCPeerConnection[];
  sockets: WebSocket[];
  /** For what one call begins and a later one looks at. */
  pending: Promise<unknown>;
  /** Resolves with the code that a promise rejects with, or with null. */
  codeOf(promise: Promise<unknown>): Promise<TributaryErrorCode | null>;
}

/** What an SDK page is like. */
export interface SdkPageOptions {
  /** False leaves the stream to itself. */
  plays?: boolean;
  /** False forbids the workers that forwarding needs. */
  allowsWorkers?: boolean;
  relayMode?: RelayMode;
}

/** Makes the HTML of the page. */
export function sdkPage(
  service: string,
  { plays = true, allowsWorkers = true, relayMode = "forward" }: SdkPageOptions = {},
): string {
  const workers = allowsWorkers ? "; worker-src blob:" : "";
  return `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline' ${service}${workers}">
<video></video>
<script>
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error("Forbidden: " + violatedDirective + " " + blockedURI));
  globalThis.connections = [];
  globalThis.sockets = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      connections.push(this);
    }
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(url) {
      super(url);
      sockets.push(this);
    }
  };
</script>
<script type="module">
  import { Tributary } from "${service}/tributary.js";
  const tributary = new Tributary({ relayMode: "${relayMode}" });
  Object.assign(globalThis, { tributary, states: [], streams: 0, errors: [] });
  globalThis.codeOf = (promise) => promise.then(() => null, (error) => error.code);
  tributary.on("statechanged", (state) => states.push(state));
  tributary.on("error", ({ code }) => errors.push(code));
  tributary.on("stream", (stream) => {
    if (stream) globalThis.streams++;
    if (${plays}) document.querySelector("video").srcObject = stream;
    if (${plays} && stream) document.querySelector("video").play().catch(() => {});
  });
  document.title = "ready";
</script>`;
}

/** Waits until an SDK page has the SDK. */
export async function untilReady<P extends ScriptedPage>(page: P): Promise<P> {
  await page.waitForFunction(() => document.title === "ready");
  return page;
}

/** Starts a broadcast of the pretended camera. */
export async function startBroadcast(page: ScriptedPage, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    tributary.setStream(await tributary.startCamera());
    await tributary.startBroadcast(name, "Ada");
  }, name);
}

/** Joins, and waits until the stream has come. */
export async function joinBroadcast(page: ScriptedPage, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    const stream = new Promise((resolve) => tributary.once("stream", resolve));
    await tributary.joinBroadcast(name, "Grace");
    await stream;
  }, name);
}
