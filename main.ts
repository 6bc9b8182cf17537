/**
 * The composition root: configuration, KV, bus and clock become one instance of the product.
 * `deno serve` runs this module once per isolate, Deno Deploy once per instance.
 */
import { createBroadcastChannelBus } from "./lib/bus/broadcast_channel.ts";
import { systemClock } from "./lib/clock.ts";
import { ConfigError, readConfig } from "./lib/config.ts";
import { LiveBroadcasts } from "./lib/live_broadcasts.ts";
import { jsonLog } from "./lib/log.ts";
import { exitOnSignal } from "./lib/shutdown.ts";
import { secureTokens } from "./lib/signalling/tokens.ts";
import { SignallingService } from "./lib/signalling/service.ts";
import { KvResumeStore } from "./lib/store/kv_resume_store.ts";
import { KvTreeStore } from "./lib/store/kv_tree_store.ts";
import { openKv } from "./lib/store/open_kv.ts";
import { createApp } from "./routes/app.ts";

const config = configOrExit();
const instance = crypto.randomUUID();
const address = { instance, region: config.region };
const log = jsonLog(config.logLevel, { instance });

const kv = await openKv(config.kvUrl);
const store = new KvTreeStore({ kv });
const bus = createBroadcastChannelBus(instance);
const service = new SignallingService({
  config: {
    iceServers: config.iceServers,
    fanout: config.maxListeners,
    grace: { viewerMs: config.viewerGraceMs, broadcasterMs: config.broadcasterGraceMs },
  },
  address,
  store,
  resumes: new KvResumeStore({ kv }),
  bus,
  clock: systemClock,
  log,
  random: Math.random,
  newId: () => crypto.randomUUID(),
  tokens: secureTokens,
});
const live = new LiveBroadcasts({ store, hints: service.hints, clock: systemClock, log });
const app = createApp({ service, live, kv, instance, log, root: import.meta.dirname ?? "." });

exitOnSignal({
  instance,
  others: () => bus.near(),
  release: async () => {
    await service.close();
    live.close();
    bus.close();
    kv.close();
    log("info", "instance_stopped");
  },
});
log("info", "instance_started", { region: config.region });

export default {
  fetch: app.fetch,
  /** Instead of Deno's own line: logs are JSON lines. */
  onListen(address) {
    if (address.transport === "tcp") log("info", "listening", { port: address.port });
  },
} satisfies Deno.ServeDefaultExport;

function configOrExit() {
  try {
    return readConfig(Deno.env.toObject());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
