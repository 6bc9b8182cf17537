/**
 * The composition root: configuration, KV, bus and clock become one instance of the product.
 * `deno serve` runs this module once per isolate, Deno Deploy once per instance.
 */
import { createInstanceBus } from "./lib/bus/instance_bus.ts";
import { createKvBus } from "./lib/bus/kv.ts";
import { systemClock } from "./lib/clock.ts";
import { ConfigError, isOnDeploy, readConfig } from "./lib/config.ts";
import { checkDurability, isDatabaseAssigned } from "./lib/instances/durable_kv.ts";
import { Housekeeping } from "./lib/instances/housekeeping.ts";
import { Lease } from "./lib/instances/lease.ts";
import { Reaper } from "./lib/instances/reaper.ts";
import { LiveBroadcasts } from "./lib/live_broadcasts.ts";
import { jsonLog } from "./lib/log.ts";
import { exitOnSignal } from "./lib/shutdown.ts";
import { SignallingService } from "./lib/signalling/service.ts";
import { secureTokens } from "./lib/signalling/tokens.ts";
import { KvChatStore } from "./lib/store/kv_chat_store.ts";
import { KvInstanceStore } from "./lib/store/kv_instance_store.ts";
import { KvResumeStore } from "./lib/store/kv_resume_store.ts";
import { KvTreeStore } from "./lib/store/kv_tree_store.ts";
import { Leftovers } from "./lib/store/leftovers.ts";
import { openKv } from "./lib/store/open_kv.ts";
import { createApp } from "./routes/app.ts";
import { OpenSockets } from "./routes/open_sockets.ts";

const env = Deno.env.toObject();
const config = configOrExit();
const instance = crypto.randomUUID();
const address = { instance, region: config.region };
const log = jsonLog(config.logLevel, { instance });
const grace = { viewerMs: config.viewerGraceMs, broadcasterMs: config.broadcasterGraceMs };
const time = { clock: systemClock, random: Math.random, log };

const kv = await openKv(config.kvUrl);
const store = new KvTreeStore({ kv });
const instances = new KvInstanceStore({ kv });
const lease = new Lease({
  ...time,
  store: instances,
  address,
  // Overdue means that KV is out of reach; then there is nothing to be done but to try again.
  onLost: (loss): void => {
    if (loss === "taken") service.abandon();
  },
});

const roads = {
  kv,
  instances: (): Promise<string[]> => lease.live(),
  // Something between us and another instance was lost: KV knows what it was about.
  onGap: (): void => void service.reread(),
};
const bus = config.bus === "kv" ? createKvBus(instance, roads) : createInstanceBus(instance, roads);

const service: SignallingService = new SignallingService({
  ...time,
  config: { iceServers: config.iceServers, fanout: config.maxListeners, grace },
  address,
  store,
  resumes: new KvResumeStore({ kv }),
  chats: new KvChatStore({ kv }),
  bus,
  newId: () => crypto.randomUUID(),
  tokens: secureTokens,
});
const reaper = new Reaper({
  ...time,
  store: instances,
  tree: store,
  lease,
  self: instance,
  grace,
  depart: (name, peer) => service.departLost(name, peer),
});
const housekeeping = new Housekeeping({
  ...time,
  store: instances,
  leftovers: new Leftovers({ kv }),
  self: instance,
  finishEnding: (name) => service.finishEnding(name),
  forgetStaleSessions: () => service.forgetStaleSessions(),
});
const broadcasts = new LiveBroadcasts({ ...time, store, hints: service.hints });
const root = import.meta.dirname ?? ".";
const sockets = new OpenSockets();
const app = createApp({
  service,
  sockets,
  live: broadcasts,
  stills: store,
  clock: systemClock,
  kv,
  instance,
  log,
  root,
});

exitOnSignal({
  instance,
  release: async () => {
    const givenUp = service.close();
    // Clients answer while everything else is being given up.
    const told = sockets.allClosed();
    await givenUp;
    broadcasts.close();
    await Promise.all([reaper.stop(), housekeeping.stop()]);
    // Last: from now on the others see to whoever does not come back.
    await lease.release();
    bus.close();
    await bus.flushed();
    kv.close();
    await told;
    log("info", "instance_stopped");
  },
});

// Before the first socket: whoever is placed here has to be found by a reaper, should this end badly.
await lease.start();
reaper.start();
housekeeping.start();
const onDeploy = isOnDeploy(env);
void checkDurability({
  kv,
  kvUrl: config.kvUrl,
  onDeploy,
  isAssigned: () => isDatabaseAssigned(Deno.env, Deno.openKv),
  now: systemClock.now(),
  newId: () => crypto.randomUUID(),
  log,
});
log("info", "instance_started", { region: config.region });

// On Deno Deploy this comes also while no instance runs; elsewhere there may be no cron, and the
// timers of the instances do.
Deno.cron?.("housekeeping", "*/10 * * * *", async () => void await housekeeping.run());

export default {
  fetch: app.fetch,
  /** Instead of Deno's own line: logs are JSON lines. */
  onListen(address) {
    if (address.transport === "tcp") log("info", "listening", { port: address.port });
  },
} satisfies Deno.ServeDefaultExport;

function configOrExit() {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
