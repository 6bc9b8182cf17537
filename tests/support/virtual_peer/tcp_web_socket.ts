/**
 * The client end of a WebSocket (RFC 6455) over a plain TCP connection, as far as a load generator
 * needs it. Deno's own WebSocket leaves Nagle's algorithm on: the second of two messages sent in a
 * row waits up to 40 ms for the acknowledgement of the first, which browsers avoid (TCP_NODELAY)
 * and which would be measured as the server's latency.
 */

/** Continuation frames, with which the prototype's server splits messages, have 0. */
const OPCODE_TEXT = 1;
const OPCODE_BINARY = 2;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;

/** 1006 is what a browser reports for a connection that ended without a close frame. */
const CLOSE_WITHOUT_FRAME = 1006;

/** Holds a few offers; a larger message makes it grow. */
const READ_BUFFER_BYTES = 16 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the owner of a socket is told. */
export interface SocketHandlers {
  onMessage: (text: string) => void;
  onClose: (event: { code: number; reason: string }) => void;
}

/** One connection; create it with `TcpWebSocket.open`. */
export class TcpWebSocket {
  /** As a WebSocket's: OPEN until either side begins to close, CLOSED when the connection is gone. */
  readyState: number = WebSocket.OPEN;
  readonly #connection: Deno.TcpConn;
  readonly #handlers: SocketHandlers;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #flushed: Promise<void> | null = null;
  #canRead: PromiseWithResolvers<void> | null = null;

  /** Connects to `url` (ws://host:port/path). */
  static async open(url: string, handlers: SocketHandlers): Promise<TcpWebSocket> {
    const { hostname, port, pathname, search, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) || 80 });
    connection.setNoDelay(true);
    const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    await connection.write(encoder.encode(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ));
    const reader = new FrameReader(connection);
    const head = await reader.takeHead();
    if (head.startsWith("HTTP/1.1 101")) return new TcpWebSocket(connection, reader, handlers);
    connection.close();
    throw new Error(`No WebSocket at ${url}: ${head.split("\r\n")[0] || "connection closed"}`);
  }

  private constructor(
    connection: Deno.TcpConn,
    reader: FrameReader,
    handlers: SocketHandlers,
  ) {
    this.#connection = connection;
    this.#handlers = handlers;
    void this.#receive(reader);
  }

  /** Sends one text or binary message. */
  send(data: string | Uint8Array): void {
    if (this.readyState !== WebSocket.OPEN) return;
    if (typeof data === "string") this.#write(OPCODE_TEXT, encoder.encode(data));
    else this.#write(OPCODE_BINARY, data);
  }

  /** Begins to close, as a client does that leaves in good order. */
  close(code: number): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSING;
    this.#write(OPCODE_CLOSE, new Uint8Array([code >> 8, code & 255]));
  }

  /** Cuts the connection without a close frame, as a lost network does. */
  drop(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.#connection.close();
    this.resumeReading();
  }

  /** Stops reading: what comes waits in the kernel's buffers, then in the server's. */
  pauseReading(): void {
    this.#canRead ??= Promise.withResolvers<void>();
  }

  /** Reads on after `pauseReading`. */
  resumeReading(): void {
    this.#canRead?.resolve();
    this.#canRead = null;
  }

  #write(opcode: number, payload: Uint8Array): void {
    this.#queue.push(encodeFrame(opcode, payload));
    this.#flushed ??= this.#flush();
  }

  async #flush(): Promise<void> {
    try {
      for (let frame; (frame = this.#queue.shift());) {
        for (let sentBytes = 0; sentBytes < frame.length;) {
          sentBytes += await this.#connection.write(frame.subarray(sentBytes));
        }
      }
    } catch {
      this.#queue = []; // The reader meets the end of the connection too, and reports it.
    }
    this.#flushed = null;
  }

  async #receive(reader: FrameReader): Promise<void> {
    let code = CLOSE_WITHOUT_FRAME, reason = "";
    let fragments: Uint8Array<ArrayBuffer>[] = [];
    for (let frame; (frame = await reader.takeFrame());) {
      if (this.#canRead) await this.#canRead.promise;
      if (frame.opcode <= OPCODE_TEXT) {
        if (frame.isFinal && fragments.length === 0) {
          this.#handlers.onMessage(decoder.decode(frame.payload));
          continue;
        }
        fragments.push(frame.payload.slice());
        if (!frame.isFinal) continue;
        const whole = new Blob(fragments);
        fragments = [];
        this.#handlers.onMessage(await whole.text());
      } else if (frame.opcode === OPCODE_PING) {
        this.#write(OPCODE_PONG, frame.payload);
      } else if (frame.opcode === OPCODE_CLOSE) {
        if (frame.payload.length >= 2) code = (frame.payload[0]! << 8) | frame.payload[1]!;
        reason = decoder.decode(frame.payload.subarray(2));
        this.close(code);
        break;
      }
    }
    await this.#flushed;
    this.drop();
    this.#handlers.onClose({ code, reason });
  }
}

interface Frame {
  opcode: number;
  /** False: more frames of the same message follow. */
  isFinal: boolean;
  payload: Uint8Array<ArrayBuffer>;
}

/** Cuts what comes over a connection into an HTTP head and then frames. */
class FrameReader {
  readonly #connection: Deno.TcpConn;
  #bytes = new Uint8Array(READ_BUFFER_BYTES);
  #start = 0;
  #end = 0;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Resolves with the response up to its empty line. */
  async takeHead(): Promise<string> {
    for (;;) {
      const text = decoder.decode(this.#bytes.subarray(this.#start, this.#end));
      const length = text.indexOf("\r\n\r\n") + 4;
      if (length > 3) {
        this.#start += length;
        return text.slice(0, length);
      }
      if (!await this.#fill(this.#end - this.#start + 1)) return text;
    }
  }

  /** Resolves with the next frame, valid until the next call; null when the connection has ended. */
  async takeFrame(): Promise<Frame | null> {
    if (!await this.#fill(2)) return null;
    const first = this.#bytes[this.#start]!, short = this.#bytes[this.#start + 1]!;
    if (short > 127) throw new Error("The server masks its frames");
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (headBytes > 2 && !await this.#fill(headBytes)) return null;
    const view = new DataView(this.#bytes.buffer, this.#start);
    const payloadBytes = short === 126
      ? view.getUint16(2)
      : short === 127
      ? Number(view.getBigUint64(2))
      : short;
    if (!await this.#fill(headBytes + payloadBytes)) return null;
    const payload = this.#bytes.subarray(
      this.#start + headBytes,
      this.#start + headBytes + payloadBytes,
    );
    this.#start += headBytes + payloadBytes;
    return { opcode: first & 15, isFinal: first >= 128, payload };
  }

  /** Reads until `wantedBytes` are there; false when the connection ends before. */
  async #fill(wantedBytes: number): Promise<boolean> {
    while (this.#end - this.#start < wantedBytes) {
      this.#makeRoom(wantedBytes);
      const count = await this.#connection.read(this.#bytes.subarray(this.#end)).catch(() => null);
      if (count === null) return false;
      this.#end += count;
    }
    return true;
  }

  #makeRoom(wantedBytes: number): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#start + wantedBytes <= this.#bytes.length) return;
    const larger = wantedBytes > this.#bytes.length ? new Uint8Array(wantedBytes * 2) : this.#bytes;
    larger.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = larger;
  }
}

/** Clients must mask; a key of zeros leaves the payload as it is and costs nothing. */
function encodeFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = payload.length;
  const headBytes = size < 126 ? 6 : size < 65_536 ? 8 : 14;
  const frame = new Uint8Array(headBytes + size);
  frame[0] = 128 | opcode;
  frame[1] = 128 | (size < 126 ? size : size < 65_536 ? 126 : 127);
  const view = new DataView(frame.buffer);
  if (headBytes === 8) view.setUint16(2, size);
  if (headBytes === 14) view.setBigUint64(2, BigInt(size));
  frame.set(payload, headBytes);
  return frame;
}
