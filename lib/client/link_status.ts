/**
 * The small talk over a link: the child asks how the parent is, and the parent says whether it has
 * the stream itself. Answers come at once, and not by the parent's timers, which browsers slow down
 * in hidden tabs. Older parents never answer. Pure, but for the channel that it makes.
 * This module is browser compatible.
 */

/** Whether a peer has the stream: a parent without it may get it again, and its children with it. */
export type Flow = "ok" | "stalled";

const LABEL = "tributary";

const QUESTION = "?";

/** Makes the child's channel; a status that is late is worth nothing, so none is sent again. */
export function openStatusChannel(
  connection: RTCPeerConnection,
  onStatus: (flow: Flow) => void,
): RTCDataChannel {
  const channel = connection.createDataChannel(LABEL, { ordered: false, maxRetransmits: 0 });
  channel.onmessage = ({ data }) => {
    const flow = decodeStatus(data);
    if (flow) onStatus(flow);
  };
  return channel;
}

/** Asks the parent how it is. */
export function askForStatus(channel: RTCDataChannel | null): void {
  if (channel?.readyState === "open") channel.send(QUESTION);
}

/** Answers the child's questions from now on. */
export function answerStatus(connection: RTCPeerConnection, flow: () => Flow): void {
  connection.ondatachannel = ({ channel }) => {
    if (channel.label !== LABEL) return;
    channel.onmessage = ({ data }) => {
      if (data !== QUESTION || channel.readyState !== "open") return;
      channel.send(JSON.stringify({ alive: true, upstream: flow() }));
    };
  };
}

/** Reads a status; null for what is none. */
export function decodeStatus(data: unknown): Flow | null {
  try {
    const { upstream } = JSON.parse(String(data));
    return upstream === "ok" || upstream === "stalled" ? upstream : null;
  } catch {
    return null;
  }
}
