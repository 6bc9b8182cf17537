/** Grace periods are the operator's to choose: the real server with periods of a second or two. */
import { assert, assertEquals } from "@std/assert";
import { freshName, greet, type Greeted, protocolWorld } from "./protocol_world.ts";

const VIEWER_GRACE_MS = 1_000;
const BROADCASTER_GRACE_MS = 2_000;

/** A timer may be this early by another clock. */
const TOLERANCE_MS = 50;

const newWorld = protocolWorld({
  maxListeners: 1,
  env: { VIEWER_GRACE_S: "1", BROADCASTER_GRACE_S: "2" },
});

Deno.test("[RESUME-5] who does not come back has left when VIEWER_GRACE_S is over, its broadcast when BROADCASTER_GRACE_S is", async () => {
  await using world = newWorld();
  const { wsUrl } = world.server;
  const watched = freshName();
  await world.broadcaster(watched);
  const middle = await joined(wsUrl, watched);
  const child = await joined(wsUrl, watched);
  const ended = freshName();
  const root = await greet(wsUrl);
  await root.peer.startBroadcast(ended);
  const viewer = await joined(wsUrl, ended);

  const droppedAt = performance.now();
  middle.peer.drop();
  root.peer.drop();
  const sinceMs = () => performance.now() - droppedAt;
  const [reconnectMs, endedMs] = await Promise.all([
    child.peer.waitFor("RECONNECT_TO_BROADCAST").then(sinceMs),
    viewer.peer.waitFor("BROADCAST_ENDED").then(sinceMs),
  ]);
  assert(reconnectMs > VIEWER_GRACE_MS - TOLERANCE_MS, `given up after ${reconnectMs} ms`);
  assert(endedMs > BROADCASTER_GRACE_MS - TOLERANCE_MS, `ended after ${endedMs} ms`);
  // They were lost at the same moment, and the viewer's time is the shorter one.
  assert(reconnectMs < endedMs, `given up after ${reconnectMs} ms, ended after ${endedMs} ms`);

  for (const { welcome: { resume, id } } of [middle, root]) {
    const late = await greet(wsUrl, resume);
    assertEquals(late.welcome.resumed, false);
    assert(late.welcome.id !== id && late.welcome.resume !== resume);
    await late.peer.close();
  }
  await Promise.all([child.peer.close(), viewer.peer.close()]);
});

async function joined(url: string, name: string): Promise<Greeted> {
  const greeted = await greet(url);
  await greeted.peer.joinBroadcast(name);
  return greeted;
}
