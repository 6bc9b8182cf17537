/**
 * The WebSocket edge: turns a request into a session of the signalling service. Decides nothing.
 */
import type { Context } from "hono";
import type { Outlet, Session } from "../lib/signalling/session.ts";
import type { SignallingService } from "../lib/signalling/service.ts";
import type { OpenSockets } from "./open_sockets.ts";

/** A silent client is pinged after half of this and given up after the whole, in seconds. */
const IDLE_TIMEOUT_S = 30;

const decoder = new TextDecoder();

/** Makes the handler of `GET /api/ws`. */
export function signal(
  service: SignallingService,
  sockets: OpenSockets,
): (c: Context) => Response {
  return (c) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      return c.text("This address speaks WebSocket. See docs/PROTOCOL.md\n", 426, {
        upgrade: "websocket",
      });
    }
    let upgrade: Deno.WebSocketUpgrade;
    try {
      upgrade = Deno.upgradeWebSocket(c.req.raw, { idleTimeout: IDLE_TIMEOUT_S });
    } catch (error) {
      // A header of the handshake is missing or wrong: the client's fault and not ours.
      if (!(error instanceof TypeError)) throw error;
      return c.text(`${error.message}\n`, 400);
    }
    new Connection(upgrade.socket, service, sockets);
    return upgrade.response;
  };
}

/** One socket. A single listener object for all its events: there may be tens of thousands. */
class Connection implements Outlet, EventListenerObject {
  readonly #socket: WebSocket;
  readonly #service: SignallingService;
  readonly #sockets: OpenSockets;
  #session: Session | null = null;

  constructor(socket: WebSocket, service: SignallingService, sockets: OpenSockets) {
    this.#socket = socket;
    this.#service = service;
    this.#sockets = sockets;
    socket.binaryType = "arraybuffer";
    for (const type of ["open", "message", "close"]) socket.addEventListener(type, this);
  }

  handleEvent(event: Event): void {
    if (event.type === "message") {
      const { data } = event as MessageEvent<string | ArrayBuffer>;
      // The prototype's server takes JSON from binary frames too (FRAME-1).
      const frame = typeof data === "string" ? data : decoder.decode(data);
      if (this.#session) this.#service.receive(this.#session, frame);
    } else if (event.type === "open") {
      this.#sockets.add(this);
      this.#session = this.#service.openSession(this);
    } else {
      // After an error comes a close, so this is the end in every case.
      this.#sockets.delete(this);
      if (this.#session) this.#service.closeSession(this.#session);
      this.#session = null;
    }
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  close(code: number, reason: string): void {
    // The service has done with this socket: its session may go on over another one.
    this.#session = null;
    this.#socket.close(code, reason);
  }

  backlogBytes(): number {
    return this.#socket.bufferedAmount;
  }
}
