/**
 * A WebSocket client that stops reading: a raw TCP connection that speaks just enough of RFC 6455
 * to join a broadcast, and then leaves everything that is sent to it in the socket.
 */
import { encode } from "../../lib/protocol/mod.ts";
import type { VirtualPeer } from "./virtual_peer.ts";

/** See the module's paragraph. */
export class NonReader {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects and completes the handshake. */
  static async connect(url: string): Promise<NonReader> {
    const { hostname, port, host, pathname } = new URL(url);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    const request = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "\r\n",
    ].join("\r\n");
    await conn.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(4096);
    const n = await conn.read(buffer);
    const answer = new TextDecoder().decode(buffer.subarray(0, n ?? 0));
    if (!answer.startsWith("HTTP/1.1 101")) throw new Error(`No upgrade: ${answer}`);
    return new NonReader(conn);
  }

  /** Joins and resolves with its id once `parent` has answered its offer; reads nothing after that. */
  async joinAs(parent: VirtualPeer, name: string): Promise<string> {
    const offer = { only: crypto.randomUUID() };
    await this.#send(encode({ command: "JOIN_BROADCAST", name, offer, peerName: "deaf" }));
    const relay = await parent.waitFor((message) =>
      message.command === "RELAY_BROADCAST" && message.offer.only === offer.only
    );
    if (relay.command !== "RELAY_BROADCAST") throw new Error("unreachable");
    return relay.peer;
  }

  close(): void {
    this.#conn.close();
  }

  /** Sends one masked text frame of up to 64 KiB. */
  async #send(text: string): Promise<void> {
    const payload = new TextEncoder().encode(text);
    const isShort = payload.length < 126;
    const head = isShort
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff];
    // A mask of zeros is a valid mask.
    const frame = new Uint8Array([...head, 0, 0, 0, 0, ...payload]);
    for (let sent = 0; sent < frame.length;) sent += await this.#conn.write(frame.subarray(sent));
  }
}
