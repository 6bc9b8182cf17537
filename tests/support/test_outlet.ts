/** A socket that is none: keeps what a session sends, and is as far behind as a test says. */
import type { ServerCommand, ServerMessage, ServerMessageOf } from "../../lib/protocol/mod.ts";
import type { Outlet } from "../../lib/signalling/session.ts";

/** See the module's paragraph. */
export class TestOutlet implements Outlet {
  readonly frames: string[] = [];
  /** Set when the session has closed it. */
  closedWith: { code: number; reason: string } | null = null;
  /** Bytes the network has not taken. */
  backlog = 0;

  send(frame: string): void {
    this.frames.push(frame);
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  backlogBytes(): number {
    return this.backlog;
  }

  /** What was sent, decoded. */
  get messages(): ServerMessage[] {
    return this.frames.map((frame) => JSON.parse(frame));
  }

  /** The messages of one command. */
  of<C extends ServerCommand>(command: C): ServerMessageOf<C>[] {
    return this.messages.filter((message) => message.command === command) as ServerMessageOf<C>[];
  }
}
