/**
 * What the packets of a picture say besides the picture, in RTP header extensions: the child offers
 * them, and the parent accepts. Not every browser lets a page choose. This module is browser
 * compatible.
 */

/** The extensions that are asked for, by their URIs. */
export const HEADER_EXTENSIONS = {
  /**
   * The Dependency Descriptor of the AV1 RTP specification, appendix A; it serves every codec. It
   * numbers the frames, so that a relay knows their order.
   */
  frameNumbers:
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
  /** When a frame was captured; browsers that can send it do so for whoever asks. */
  captureTimes: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
} as const;

interface HeaderExtension {
  uri: string;
  direction: RTCRtpTransceiverDirection;
}

/** Of the extensions for WebRTC; not every browser has it. */
interface WithHeaderExtensions {
  getHeaderExtensionsToNegotiate?(): HeaderExtension[];
  setHeaderExtensionsToNegotiate?(extensions: HeaderExtension[]): void;
}

/** Offers or accepts an extension for a transceiver; before the offer or the answer is made. */
export function negotiateExtension(
  transceiver: RTCRtpTransceiver,
  extension: keyof typeof HEADER_EXTENSIONS,
  direction: "sendrecv" | "recvonly",
): void {
  const end = transceiver as WithHeaderExtensions;
  try {
    const extensions = end.getHeaderExtensionsToNegotiate?.();
    const wanted = extensions?.find(({ uri }) => uri === HEADER_EXTENSIONS[extension]);
    if (!wanted) return;
    wanted.direction = direction;
    end.setHeaderExtensionsToNegotiate?.(extensions!);
  } catch {
    // A browser that knows the extension and lets nobody ask for it.
  }
}
