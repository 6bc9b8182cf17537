/**
 * The product's housekeeping, done at once where it would be due in some minutes: its clock is ahead,
 * and waits for nothing. To be called when nothing is under way any more.
 */
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import type { Clock } from "../../lib/clock.ts";
import { Housekeeping, type HousekeepingTally } from "../../lib/instances/housekeeping.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { secureTokens } from "../../lib/signalling/tokens.ts";
import { KvInstanceStore } from "../../lib/store/kv_instance_store.ts";
import { KvChatStore } from "../../lib/store/kv_chat_store.ts";
import { KvResumeStore } from "../../lib/store/kv_resume_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { Leftovers } from "../../lib/store/leftovers.ts";

/** Longer than the period of the housekeeping that the instances do. */
const AHEAD_MS = 11 * 60_000;

/** Removes what crashed in the middle of something; returns what that was, null when it failed. */
export async function sweep(kv: Deno.Kv): Promise<HousekeepingTally | null> {
  const clock: Clock = {
    now: () => Date.now() + AHEAD_MS,
    after: (_ms, fn) => {
      const timer = setTimeout(fn);
      return () => clearTimeout(timer);
    },
  };
  const self = "sweep";
  const log = () => {};
  const service = new SignallingService({
    config: { iceServers: [], fanout: 2, grace: { viewerMs: 0, broadcasterMs: 0 } },
    address: { instance: self, region: "eu" },
    store: new KvTreeStore({ kv }),
    resumes: new KvResumeStore({ kv }),
    chats: new KvChatStore({ kv }),
    bus: new MemoryBusNetwork().join(self),
    clock,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    tokens: secureTokens,
    log,
  });
  const housekeeping = new Housekeeping({
    store: new KvInstanceStore({ kv }),
    leftovers: new Leftovers({ kv }),
    self,
    finishEnding: (name) => service.finishEnding(name),
    forgetStaleSessions: () => service.forgetStaleSessions(),
    clock,
    random: Math.random,
    log,
  });
  try {
    return await housekeeping.run();
  } finally {
    await housekeeping.stop();
    await service.close();
  }
}
