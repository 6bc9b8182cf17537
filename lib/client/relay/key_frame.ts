/**
 * Tells key frames by their first bits. What browsers say of a frame's type goes by what its packets
 * say, and those are the carrier's. Pure. This module is browser compatible.
 */

/** Says whether a frame can be decoded by itself; null for codecs that are not known here. */
export function isKeyFrame(mimeType: string, data: ArrayBuffer): boolean | null {
  const bytes = new Uint8Array(data);
  if (bytes.length === 0) return false;
  switch (mimeType.toLowerCase()) {
    case "video/vp8":
      // RFC 6386, 9.1: the first bit of the frame tag is 0 in key frames.
      return (bytes[0]! & 1) === 0;
    case "video/vp9":
      return isVp9Key(bytes[0]!);
    case "video/av1":
      return hasSequenceHeader(bytes);
    case "video/h264":
      return hasIdrSlice(bytes);
    default:
      return null;
  }
}

/**
 * The VP9 bitstream specification, 6.2: two bits of marker, two of profile (a third one follows in
 * profile 3), show_existing_frame, frame_type, which is 0 in key frames.
 */
function isVp9Key(first: number): boolean {
  const isProfile3 = (first & 0b0011_0000) === 0b0011_0000;
  const rest = isProfile3 ? first << 1 : first;
  return (rest & 0b0000_1000) === 0 && (rest & 0b0000_0100) === 0;
}

/**
 * The AV1 specification, 7.5: key frames that begin a sequence come with its header, OBU type 1; there
 * may be a temporal delimiter, OBU type 2 and empty, before it.
 */
function hasSequenceHeader(bytes: Uint8Array): boolean {
  const typeAt = (index: number) => ((bytes[index] ?? 0) >> 3) & 0b1111;
  const hasSize = (bytes[0]! & 0b10) !== 0;
  return typeAt(typeAt(0) === 2 ? (hasSize ? 2 : 1) : 0) === 1;
}

/** H.264, 7.4.1 and annex B: after each start code comes a NAL unit; type 5 is a slice of a key frame. */
function hasIdrSlice(bytes: Uint8Array): boolean {
  for (let i = 0; i + 3 < bytes.length; i++) {
    const isStart = bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1;
    const type = isStart ? bytes[i + 3]! & 0b1_1111 : 0;
    if (type === 5) return true;
    // Slices of other frames: what follows them is more of the same.
    if (type === 1) return false;
  }
  return false;
}
