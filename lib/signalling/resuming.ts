/**
 * Sessions outlive sockets: a client that greets gets a token, and whoever comes with it within the
 * grace period goes on where it was, on this instance or on another one (RESUME-1 to RESUME-7). Media
 * flows on meanwhile, because it never went through the service.
 */
import { CLOSE_RESUMED_ELSEWHERE, HEARTBEAT_MS, PROTOCOL_VERSION } from "../protocol/mod.ts";
import type { MovedPeer } from "../store/tree_store.ts";
import { isRoot } from "../tree/root.ts";
import type { Address, PeerId } from "../tree/types.ts";
import { tellOfReturn } from "./asking.ts";
import type { Context } from "./context.ts";
import { type Outlet, Session } from "./session.ts";
import { inTurn } from "./turn.ts";
import { askToReconnect } from "./parenting.ts";
import { newWatching } from "./watching.ts";

/** Answers HELLO: takes an earlier session up, or begins a new one that can be. */
export async function greet(
  context: Context,
  session: Session,
  { version, resume }: { version: number; resume?: string },
): Promise<void> {
  const spoken = Math.min(version, PROTOCOL_VERSION);
  const hash = resume ? await context.tokens.hash(resume) : null;
  const earlier = hash ? await takeUp(context, session, hash) : null;
  if (earlier && resume) {
    welcome(earlier, { version: spoken, resume, resumed: true });
    tellOfReturn(context, earlier);
    const { watching } = earlier;
    if (watching && watching.parent === null && !watching.settled) {
      askToReconnect(context, earlier, watching);
    }
    return;
  }
  if (!session.isOpen) return;
  const token = context.tokens.make();
  session.tokenHash = await context.tokens.hash(token);
  if (session.isGone) return;
  context.registry.add(session);
  welcome(session, { version: spoken, resume: token, resumed: false });
}

/**
 * Takes in the news that another instance has taken a session up. They may come late: its client may
 * have come back here since, and have left, too. So the tree decides.
 */
export async function onTaken(context: Context, session: Session, by: Address): Promise<void> {
  const places = await placesOf(context, session);
  const isTaken = places.length > 0 && !places.some((place) => isHere(context, place));
  if (isTaken && !session.isGone) letGo(context, session, by);
}

/** Lets a session go whose peer another instance has: nothing is to be given up here. */
export function letGo(context: Context, session: Session, to: Address): void {
  session.close(CLOSE_RESUMED_ELSEWHERE, "The session goes on over another socket");
  session.watching?.deadline?.();
  session.watching?.pending?.cancel();
  context.treeWatch.unsubscribeAll(session);
  context.chats.unfollowAll(session);
  context.registry.delete(session);
  context.registry.forward(session.id, to);
  session.markClosed();
}

/** Takes in that a linked peer's socket is elsewhere now. */
export function onMoved(
  session: Session,
  { from, address, attempt }: { from: PeerId; address: Address; attempt: number | null },
): void {
  const parent = session.watching?.parent;
  if (parent?.id === from) parent.address = address;
  const child = session.child(from);
  if (!child) return;
  child.address = address;
  if (attempt !== null) child.attempt = attempt;
}

/**
 * Finds the session of a token and puts it on the socket of `shell`; null when there is none. One
 * after the other for each token: two sockets must not make two sessions of one peer.
 */
async function takeUp(context: Context, shell: Session, hash: string): Promise<Session | null> {
  const { takingUp } = context;
  const before = takingUp.get(hash) ?? Promise.resolve();
  const taken = before.then(() => takeUpNow(context, shell, hash));
  const settled = taken.then(() => {}, () => {});
  takingUp.set(hash, settled);
  try {
    return await taken;
  } finally {
    if (takingUp.get(hash) === settled) takingUp.delete(hash);
  }
}

async function takeUpNow(context: Context, shell: Session, hash: string): Promise<Session | null> {
  const local = context.registry.byToken(hash);
  if (local) {
    let taken: Session | null = null;
    // In its turn: a departure that has begun must not be overtaken.
    await inTurn(local, async () => {
      // Another instance may have had it since, and the news be on their way. Without KV: not likely.
      const places = await placesOf(context, local).catch(() => []);
      if (local.isGone) return;
      const elsewhere = places.find((place) => !isHere(context, place));
      if (elsewhere) letGo(context, local, elsewhere);
      else taken = adopt(context, shell, local);
    });
    if (taken) return taken;
  }
  const record = await context.resumes.find(hash);
  if (!record) return null;
  const moved = new Map<string, MovedPeer>();
  for (const name of record.names) {
    const peer = await context.store.move(name, record.id, context.address);
    if (peer) moved.set(name, peer);
  }
  if (moved.size === 0) {
    await context.resumes.forget(record.id);
    return null;
  }
  const session = revive(context, { hash, id: record.id }, moved);
  session.rememberedNames = new Set(record.names);
  context.registry.add(session);
  tellOfMove(context, session, moved);
  const adopted = adopt(context, shell, session);
  if (!adopted) context.beginGrace(session);
  return adopted;
}

/** Reads where the tree has a session's peer, in each broadcast that it is in. */
async function placesOf({ store }: Context, session: Session): Promise<Address[]> {
  const { watching, broadcasts, id } = session;
  const names = watching?.member ? [...broadcasts, watching.broadcast] : [...broadcasts];
  const peers = await Promise.all(names.map((name) => store.peer(name, id)));
  return peers.flatMap((peer) => peer?.address ?? []);
}

function isHere({ address }: Context, { instance }: Address): boolean {
  return instance === address.instance;
}

/** Gives a session the socket of the shell that has greeted with its token. */
function adopt(context: Context, shell: Session, session: Session): Session | null {
  const outlet: Outlet | null = shell.releaseOutlet();
  // Lost again already.
  if (!outlet) return null;
  context.registry.delete(shell);
  shell.successor = session;
  session.attach(outlet)?.close(
    CLOSE_RESUMED_ELSEWHERE,
    "The session goes on over another socket",
  );
  return session;
}

/** Makes a session from what the tree says about its peer. */
function revive(
  context: Context,
  { hash, id }: { hash: string; id: PeerId },
  moved: Map<string, MovedPeer>,
): Session {
  const session = new Session(id, context.onDropped);
  session.tokenHash = hash;
  for (const [name, { peer, parent, children }] of moved) {
    if (isRoot(peer)) session.addBroadcast(name);
    else {
      const watching = session.watching = newWatching(name, peer);
      watching.edition = peer.edition;
      watching.member = true;
      // Above whatever it had counted to elsewhere, so that no late answer is taken for a new one.
      session.countAttemptsFrom(context.clock.now());
      watching.attempt = session.nextAttempt();
      // Its offer was lost with the socket: it has to make another one.
      const isLinked = parent !== null && peer.state === "live";
      if (isLinked) watching.parent = { id: parent.id, address: parent.address };
      // For how long that one had been asked is not known here: it is not waited for all over again.
      else watching.unanswered = parent?.id ?? null;
    }
    for (const child of children) {
      const answered = child.state === "live";
      session.setChild(child.id, {
        address: child.address,
        broadcast: name,
        attempt: null,
        answered,
      });
    }
  }
  return session;
}

function tellOfMove(context: Context, session: Session, moved: Map<string, MovedPeer>): void {
  const { address, deliver } = context;
  const from = session.id;
  const before = new Map<string, Address>();
  for (const { from: old, parent, children } of moved.values()) {
    if (old.instance !== address.instance) before.set(old.instance, old);
    if (parent) {
      const attempt = session.watching?.attempt ?? null;
      deliver(parent.address, { type: "moved", to: parent.id, from, address, attempt });
    }
    for (const child of children) {
      deliver(child.address, { type: "moved", to: child.id, from, address, attempt: null });
    }
  }
  for (const old of before.values()) deliver(old, { type: "taken", to: from, address });
}

function welcome(
  session: Session,
  { version, resume, resumed }: { version: number; resume: string; resumed: boolean },
): void {
  const { watching } = session;
  const hasParent = watching?.parent && !watching.offer;
  session.send({
    command: "WELCOME",
    version,
    id: session.id,
    resume,
    heartbeatMs: HEARTBEAT_MS,
    resumed,
    broadcasts: [...session.broadcasts],
    watching: watching &&
      { name: watching.broadcast, parent: hasParent ? watching.parent!.id : null },
    children: session.childIds,
  });
}
