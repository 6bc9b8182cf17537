/**
 * What WebRTC counts about the picture, at both ends of each link. The ends find each other by the
 * number of their stream (SSRC). Runs in pages.
 */

/** What goes out over one link; numbers only ever grow. */
export interface Sent {
  ssrc: number;
  framesEncoded: number;
  encodeMs: number;
  width: number;
}

/** What comes in over one link; numbers only ever grow. */
export interface Got {
  ssrc: number;
  framesDecoded: number;
  framesDropped: number;
  keyFrames: number;
  freezes: number;
  jitterBufferMs: number;
  jitterBufferFrames: number;
  /** The same of the sound, for which pictures wait. */
  soundBufferMs: number;
  soundBufferSamples: number;
  width: number;
}

const connections = new Set<RTCPeerConnection>();

/** Begins to note all connections; to be called before the SDK makes one. */
export function watchConnections(): void {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.add(this);
    }
  };
}

/** Returns the receivers of the link over which a stream comes. */
export function receiversOf(stream: MediaStream): RTCRtpReceiver[] {
  const [track] = stream.getTracks();
  for (const connection of connections) {
    const receivers = connection.getReceivers();
    if (receivers.some((receiver) => receiver.track === track)) return receivers;
  }
  return [];
}

/** Counts what the page sends. */
export async function lookAtSent(): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const connection of connections) {
    if (connection.connectionState === "closed") connections.delete(connection);
    for (const stats of (await connection.getStats()).values()) {
      if (stats.type !== "outbound-rtp" || stats.kind !== "video") continue;
      sent.push({
        ssrc: stats.ssrc,
        framesEncoded: stats.framesEncoded ?? 0,
        encodeMs: 1_000 * (stats.totalEncodeTime ?? 0),
        width: stats.frameWidth ?? 0,
      });
    }
  }
  return sent;
}

/** Counts what comes in over one link; null before a picture has. */
export async function lookAtGot(receivers: readonly RTCRtpReceiver[]): Promise<Got | null> {
  const [video, audio] = await Promise.all([
    inbound(receivers, "video"),
    inbound(receivers, "audio"),
  ]);
  return video && {
    ssrc: video.ssrc,
    framesDecoded: video.framesDecoded ?? 0,
    framesDropped: video.framesDropped ?? 0,
    keyFrames: video.keyFramesDecoded ?? 0,
    freezes: video.freezeCount ?? 0,
    jitterBufferMs: 1_000 * (video.jitterBufferDelay ?? 0),
    jitterBufferFrames: video.jitterBufferEmittedCount ?? 0,
    soundBufferMs: 1_000 * (audio?.jitterBufferDelay ?? 0),
    soundBufferSamples: audio?.jitterBufferEmittedCount ?? 0,
    width: video.frameWidth ?? 0,
  };
}

async function inbound(
  receivers: readonly RTCRtpReceiver[],
  kind: string,
): Promise<RTCInboundRtpStreamStats | null> {
  const receiver = receivers.find(({ track }) => track.kind === kind);
  const stats = [...(await receiver?.getStats())?.values() ?? []];
  return stats.find(({ type }) => type === "inbound-rtp") ?? null;
}
