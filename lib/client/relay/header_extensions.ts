/**
 * What the packets of a picture say besides the picture, in RTP header extensions: the child offers
 * them, and the parent accepts. This module is browser compatible.
 */

/**
 * The Dependency Descriptor of the AV1 RTP specification, appendix A; it serves every codec. It numbers
 * the frames, so that a relay knows their order.
 */
const DESCRIPTOR =
  "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

interface HeaderExtension {
  uri: string;
  direction: RTCRtpTransceiverDirection;
}

/** Of the extensions for WebRTC; not every browser has it. */
interface WithHeaderExtensions {
  getHeaderExtensionsToNegotiate?(): HeaderExtension[];
  setHeaderExtensionsToNegotiate?(extensions: HeaderExtension[]): void;
}

/** Says what may come with the picture of a transceiver; before the offer or the answer is made. */
export function negotiateExtensions(transceiver: RTCRtpTransceiver): void {
  const end = transceiver as WithHeaderExtensions;
  const extensions = end.getHeaderExtensionsToNegotiate?.() ?? [];
  for (const extension of extensions) {
    if (extension.uri === DESCRIPTOR) extension.direction = "sendrecv";
  }
  if (extensions.length > 0) end.setHeaderExtensionsToNegotiate?.(extensions);
}
