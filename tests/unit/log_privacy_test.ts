/** What people send to each other is in no line of the log, whatever happens to it. */
import { assert, assertEquals } from "@std/assert";
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import { jsonLog } from "../../lib/log.ts";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { MemoryChatStore } from "../../lib/store/memory_chat_store.ts";
import { MemoryResumeStore } from "../../lib/store/memory_resume_store.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { countedTokens } from "../support/counted_tokens.ts";
import { seededRandom } from "../support/sim/random.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { TestOutlet } from "../support/test_outlet.ts";

/** Would be found wherever a part of them is logged. */
const SECRETS = [
  "secret-offer",
  "secret-answer",
  "secret-candidate",
  "secret-turn-password",
  "secret-chat",
];

Deno.test("no line of the log has an offer, an answer or a candidate in it", async () => {
  const lines: string[] = [];
  const clock = new SimClock();
  const timers = { nowMs: () => clock.now(), after: clock.after.bind(clock) };
  const network = new MemoryBusNetwork({ timers });
  const store = new FailingStore();
  let ids = 0;
  const tokens = countedTokens();
  const services = ["i0", "i1"].map((instance) =>
    new SignallingService({
      config: {
        iceServers: [{ urls: "turn:a", credential: "secret-turn-password" }],
        fanout: 1,
        grace: { viewerMs: 15_000, broadcasterMs: 60_000 },
      },
      address: { instance, region: "eu" },
      store,
      bus: network.join(instance),
      clock,
      log: jsonLog("debug", { instance }, (line) => lines.push(line)),
      random: seededRandom(1),
      newId: () => `p${ids++}`,
      tokens,
      resumes: new MemoryResumeStore(),
      chats: new MemoryChatStore(store),
    })
  );
  const connect = (service: SignallingService) => {
    const outlet = new TestOutlet();
    const session = service.openSession(outlet);
    const send = async (...messages: (ClientMessage | string)[]) => {
      for (const message of messages) {
        const frame = typeof message === "string" ? message : JSON.stringify(message);
        service.receive(session, frame);
      }
      await clock.advance(100);
    };
    return { outlet, session, send };
  };
  const offer = { type: "offer", sdp: "secret-offer" };
  const answer = { type: "answer", sdp: "secret-answer" };
  const candidates = [{ candidate: "secret-candidate" }];
  const join: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer };

  const root = connect(services[0]!);
  await root.send({ command: "FETCH_CONFIG" }, { command: "START_BROADCAST", name: "b" });
  const viewer = connect(services[1]!);
  await viewer.send(join);
  const peer = viewer.session.id;
  assertEquals(root.outlet.of("RELAY_BROADCAST"), [{ command: "RELAY_BROADCAST", peer, offer }]);
  await root.send(
    { command: "RELAY_BROADCAST_RECEIVED", peer, answer },
    { command: "ICE_CANDIDATES", peer, candidates },
  );
  await viewer.send({ command: "ICE_CANDIDATES", peer: root.session.id, candidates });
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
  assertEquals(viewer.outlet.of("ICE_CANDIDATES").length, 1);
  assertEquals(root.outlet.of("ICE_CANDIDATES").length, 1);

  const say = { command: "SEND_CHAT_MESSAGE", name: "b", text: "secret-chat" } as const;
  await viewer.send({ command: "SUBSCRIBE_TO_CHAT", name: "b" }, say);
  assertEquals(viewer.outlet.of("SEND_CHAT_MESSAGE_RECEIVED").length, 1);

  // Everything that goes wrong as well: what is refused, what is broken, and faults of the store.
  await viewer.send(
    { command: "ICE_CANDIDATES", peer: "secret-candidate", candidates },
    { command: "RELAY_BROADCAST_RECEIVED", peer: "nobody", answer },
    '{"command":"JOIN_BROADCAST","name":"b","offer":"secret-offer"}',
    '{"command":"secret-offer"}',
    '{"secret-offer',
  );
  store.fails = true;
  await viewer.send(say, { command: "MODERATE_CHAT", name: "b", hide: "secret-chat" });
  await viewer.send(join, { ...join, name: "other" });
  const hapless = connect(services[0]!);
  await hapless.send(join);
  await root.send({ command: "START_BROADCAST", name: "c" }, {
    command: "END_BROADCAST",
    name: "b",
  });
  store.fails = false;
  viewer.outlet.backlog = Infinity;
  await viewer.send({ command: "FETCH_CONFIG" });
  assert(viewer.outlet.closedWith, "was not dropped");
  const late = connect(services[1]!);
  await late.send(join);
  const closing = Promise.all(services.map((service) => service.close()));
  await clock.advance(20_000);
  await closing;

  const events = new Set(lines.map((line) => JSON.parse(line).event));
  for (const event of ["broadcast_started", "command_failed", "join_failed", "session_dropped"]) {
    assert(events.has(event), `${event} did not happen: ${[...events]}`);
  }
  const telling = lines.filter((line) => SECRETS.some((secret) => line.includes(secret)));
  assertEquals(telling, []);
});

/** A store that answers nothing while it fails. */
class FailingStore extends MemoryTreeStore {
  fails = false;

  override broadcast(name: string) {
    return this.fails ? Promise.reject(new Error("disk on fire")) : super.broadcast(name);
  }

  override openSlots(name: string, limit: number) {
    return this.fails ? Promise.reject(new Error("disk on fire")) : super.openSlots(name, limit);
  }

  override detach(name: string, id: string) {
    return this.fails ? Promise.reject(new Error("disk on fire")) : super.detach(name, id);
  }

  override beginEnding(name: string, root: string) {
    return this.fails ? Promise.reject(new Error("disk on fire")) : super.beginEnding(name, root);
  }

  override createBroadcast(...args: Parameters<MemoryTreeStore["createBroadcast"]>) {
    return this.fails ? Promise.reject(new Error("disk on fire")) : super.createBroadcast(...args);
  }
}
