/**
 * Links that lose packets, delay them and carry only so much: real packets take a way through here.
 * A page is given the addresses of this proxy in the place of its parents', and tells them none of its
 * own; so it needs neither privileges nor anything of the machine.
 */
import { createSocket, type Socket } from "node:dgram";
import type { Page } from "playwright-core";
import { seededRandom } from "./sim/random.ts";

/** What is wrong with a way; may be changed at any time. */
export interface Impairment {
  /** Share of the packets that are lost, each way. */
  loss?: number;
  /** Each way. */
  delayMs?: number;
  /** What comes down to the page at most; more waits, as in a router. */
  bitsPerSecond?: number;
}

/** More than this does not wait, in ms: it is lost. Routers at home hold half a second and more. */
const MAX_QUEUE_MS = 500;

/**
 * Leads the links of a page through here; before it has any.
 *
 * @param current returns what is wrong with a way that is opened now; it may be changed later
 */
export async function impairLinks(
  page: Page,
  current: () => Impairment,
  seed = 1,
): Promise<Disposable> {
  const random = seededRandom(seed);
  const sockets: Socket[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const impair = ({ loss = 0, delayMs = 0 }: Impairment, send: () => void, waitMs: number) => {
    if (random() < loss) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, waitMs + delayMs);
    timers.add(timer);
  };
  const open = async () => {
    const socket = createSocket("udp4");
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return socket;
  };
  /** Opens a way to one address of a parent; returns the port that stands for it. */
  const lead = async (address: string, port: number): Promise<number> => {
    const impairment = current();
    const [near, far] = [await open(), await open()];
    let child: { address: string; port: number } | null = null;
    /** When the link down is free again. */
    let freeAt = 0;
    near.on("message", (packet, from) => {
      child = from;
      impair(impairment, () => far.send(packet, port, address, () => {}), 0);
    });
    far.on("message", (packet) => {
      const now = performance.now();
      const { bitsPerSecond = Infinity } = impairment;
      const doneAt = Math.max(now, freeAt) + 8_000 * packet.length / bitsPerSecond;
      if (!child || doneAt - now > MAX_QUEUE_MS) return;
      freeAt = doneAt;
      const { address, port } = child;
      impair(impairment, () => near.send(packet, port, address, () => {}), doneAt - now);
    });
    for (const socket of [near, far]) socket.on("error", () => {});
    return near.address().port;
  };
  await page.exposeFunction("leadThroughProxy", async (candidate: string) => {
    const parts = candidate.split(" ");
    const [protocol, address, port] = [parts[2], parts[4]!, Number(parts[5])];
    // One way is enough, and easier to follow.
    if (protocol !== "udp" || address.includes(":")) return null;
    parts[4] = "127.0.0.1";
    parts[5] = String(await lead(address, port));
    return parts.join(" ");
  });
  await page.evaluate(() => {
    const { leadThroughProxy } = globalThis as unknown as {
      leadThroughProxy: (candidate: string) => Promise<string | null>;
    };
    const { prototype } = RTCPeerConnection;
    const add = prototype.addIceCandidate as (init: RTCIceCandidateInit) => Promise<void>;
    prototype.addIceCandidate = async function (init?: RTCIceCandidateInit | null) {
      const candidate = await leadThroughProxy(init!.candidate!);
      if (candidate) await add.call(this, { ...init, candidate });
    };
    // Parents learn where the page is from what comes through the proxy.
    Object.defineProperty(prototype, "onicecandidate", { set() {} });
  });
  return {
    [Symbol.dispose]() {
      timers.forEach(clearTimeout);
      for (const socket of sockets) socket.close();
    },
  };
}
