/**
 * The small talk over a link: the child asks how the parent is, and the parent says what of the
 * stream moves at its own end. Answers do not wait for the parent's timers, which browsers slow down
 * in hidden tabs. Older parents never answer. Pure, but for the channel that it makes.
 * This module is browser compatible.
 */

/** What a peer has of the stream right now. */
export type Flow =
  /** Its picture moves. */
  | "picture"
  /** Its picture does not move or there is none, but there is sound. */
  | "sound"
  /** The source gives nothing new: there is nothing to wait for, and nothing to mend. */
  | "nothing"
  /** It does not get what there is, and may get it again, and its children with it. */
  | "stalled";

/** What a parent said; `unknown`: it is well, but does not say what moves, as earlier versions. */
export type Said = Flow | "unknown";

const LABEL = "tributary";

const QUESTION = "?";

const MOVES: readonly string[] = ["picture", "sound", "nothing"] satisfies Flow[];

/** Makes the child's channel; a status that is late is worth nothing, so none is sent again. */
export function openStatusChannel(
  connection: RTCPeerConnection,
  onStatus: (said: Said) => void,
): RTCDataChannel {
  const channel = connection.createDataChannel(LABEL, { ordered: false, maxRetransmits: 0 });
  channel.onmessage = ({ data }) => {
    const said = decodeStatus(data);
    if (said) onStatus(said);
  };
  return channel;
}

/** Asks the parent how it is. */
export function askForStatus(channel: RTCDataChannel | null): void {
  if (channel?.readyState === "open") channel.send(QUESTION);
}

/** Answers the child's questions from now on. */
export function answerStatus(connection: RTCPeerConnection, flow: () => Promise<Flow>): void {
  connection.ondatachannel = ({ channel }) => {
    if (channel.label !== LABEL) return;
    channel.onmessage = async ({ data }) => {
      if (data !== QUESTION) return;
      const status = encodeStatus(await flow());
      if (channel.readyState === "open") channel.send(status);
    };
  };
}

/** Writes a status. For children of earlier versions, who wait for either, only `stalled` differs. */
export function encodeStatus(flow: Flow): string {
  return JSON.stringify(
    flow === "stalled"
      ? { alive: true, upstream: "stalled" }
      : { alive: true, upstream: "ok", moves: flow },
  );
}

/** Reads a status; null for what is none. */
export function decodeStatus(data: unknown): Said | null {
  try {
    const { upstream, moves } = JSON.parse(String(data));
    if (upstream === "stalled") return "stalled";
    if (upstream !== "ok") return null;
    return MOVES.includes(moves) ? moves : "unknown";
  } catch {
    return null;
  }
}
