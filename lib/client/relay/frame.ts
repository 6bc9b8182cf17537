/**
 * One encoded frame on its way through a relay, of sound or picture. This module is browser
 * compatible.
 */

/** What came from the parent, as it came. */
export interface EncodedFrame {
  data: ArrayBuffer;
  /** True when it can be decoded without those before it; every frame of sound can. */
  isKey: boolean;
  /** How many frames of sound before it are missing, for good; the child's clock goes on for them. */
  missing?: number;
  /** Of a picture: its RTP timestamp on the link over which it came. */
  rtpTimestamp?: number;
}
