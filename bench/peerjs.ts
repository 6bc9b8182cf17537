/**
 * The same work on PeerJS server (npm `peer`), which relays offers, answers and candidates between
 * peers that know each other's ids, from the memory of one process. It keeps no tree and places
 * nobody, so that its offer + answer is a lower bound for a join and not the same thing.
 */
import { fileURLToPath } from "node:url";
import { sessionDescription } from "../tests/support/virtual_peer.ts";
import { TcpWebSocket } from "../tests/support/virtual_peer/tcp_web_socket.ts";
import { CANDIDATE } from "./candidates.ts";
import { type LoopFigures, makeAll, runClosedLoop } from "./closed_loop.ts";
import { type MeasuredServer, startServer } from "./server_process.ts";

/** A message of PeerJS; the server fills in `src`. */
interface Message {
  type: "OPEN" | "OFFER" | "ANSWER" | "CANDIDATE";
  src?: string;
  dst?: string;
  payload?: unknown;
}

/** Starts PeerJS server as its package starts it, under Node where there is Node. */
export function startPeerJs(): Promise<MeasuredServer> {
  const script = fileURLToPath(
    new URL("../node_modules/peer/dist/bin/peerjs.js", import.meta.url),
  );
  const args = [script, "--port", "{port}", "--host", "127.0.0.1"];
  return hasNode()
    ? startServer({ command: "node", args, healthPath: "/" })
    : startServer({ command: Deno.execPath(), args: ["run", "-A", ...args], healthPath: "/" });
}

/** The address of a client of PeerJS server with an id of its own. */
export function peerJsUrl(server: MeasuredServer, id: string): string {
  return `ws://127.0.0.1:${server.port}/peerjs?key=peerjs&id=${id}&token=${id}`;
}

/** Round trips between pairs of clients: `there` is sent, and `back` answers it. */
export async function runPeerJs(
  server: MeasuredServer,
  { there, back, payloads, count, atOnce, pairCount }: {
    there: Message["type"];
    back: Message["type"];
    payloads: { there: unknown; back: unknown };
    count: number;
    atOnce: number;
    pairCount: number;
  },
): Promise<LoopFigures> {
  const callers = await makeAll(pairCount, {
    atOnce: 32,
    make: (index) => PeerJsClient.connect(server, `caller-${index}`),
  });
  const callees = await makeAll(pairCount, {
    atOnce: 32,
    make: async (index) => {
      const callee = await PeerJsClient.connect(server, `callee-${index}`);
      callee.onMessage = ({ src }) => callee.send({ type: back, dst: src, payload: payloads.back });
      return callee;
    },
  });
  const figures = await runClosedLoop(server, {
    count,
    atOnce,
    task: (index) => {
      const pair = index % pairCount;
      return callers[pair]!.ask({ type: there, dst: `callee-${pair}`, payload: payloads.there });
    },
  });
  await Promise.all([...callers, ...callees].map((client) => client.close()));
  return figures;
}

/** What PeerJS clients put around a candidate, an offer and an answer. */
export const PEERJS_PAYLOADS = {
  candidate: { candidate: CANDIDATE, type: "media", connectionId: "mc_7m0d3f2k9x" },
  offer: { sdp: sessionDescription("offer"), type: "media", connectionId: "mc_7m0d3f2k9x" },
  answer: { sdp: sessionDescription("answer"), type: "media", connectionId: "mc_7m0d3f2k9x" },
};

class PeerJsClient {
  onMessage: (message: Message) => void = () => {};
  #socket!: TcpWebSocket;
  readonly #asking: ((answer: Message) => void)[] = [];
  readonly #closed = Promise.withResolvers<void>();

  static async connect(server: MeasuredServer, id: string): Promise<PeerJsClient> {
    const client = new PeerJsClient();
    const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
    client.onMessage = () => open();
    client.#socket = await TcpWebSocket.open(peerJsUrl(server, id), {
      onMessage: (text) => client.onMessage(JSON.parse(text)),
      onClose: () => client.#closed.resolve(),
    });
    await isOpen;
    return client;
  }

  send(message: Message): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Sends a message and resolves with its answer: answers come in the order of the questions. */
  ask(message: Message): Promise<Message> {
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#asking.push(resolve);
    this.onMessage = (answer) => this.#asking.shift()?.(answer);
    this.send(message);
    return promise;
  }

  close(): Promise<void> {
    this.#socket.close(1000);
    return this.#closed.promise;
  }
}

function hasNode(): boolean {
  try {
    return new Deno.Command("node", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
