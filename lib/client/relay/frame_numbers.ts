/**
 * Has the frames of pictures numbered on their way over a link, so that a relay at its end knows their
 * order. That takes an RTP header extension, which the child has to offer and the parent to accept.
 * This module is browser compatible.
 */

/** The Dependency Descriptor of the AV1 RTP specification, appendix A; it serves every codec. */
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

/** Offers or accepts the numbers for one transceiver; before the offer or the answer is made. */
export function numberFrames(transceiver: RTCRtpTransceiver): void {
  const end = transceiver as WithHeaderExtensions;
  const extensions = end.getHeaderExtensionsToNegotiate?.() ?? [];
  const descriptor = extensions.find(({ uri }) => uri === DESCRIPTOR);
  if (!descriptor) return;
  descriptor.direction = "sendrecv";
  end.setHeaderExtensionsToNegotiate?.(extensions);
}
