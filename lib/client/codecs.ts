/**
 * In which codecs sound and picture travel. Knows nothing of what they carry. This module is browser
 * compatible.
 */

/** What the whole tree is to speak, because every browser does, whatever it would like best itself. */
export const COMMON_CODECS = { audio: "audio/opus", video: "video/VP8" } as const;

/** What helps other codecs along. */
const HELPERS = /\/(rtx|red|ulpfec|flexfec.*)$/i;

/**
 * Has the common codec offered first: whoever answers goes by the order of the offer, and a relay can
 * pass on only what its children understand, too.
 */
export function preferCommonCodec(transceiver: RTCRtpTransceiver): void {
  const wanted = COMMON_CODECS[transceiver.receiver.track.kind as keyof typeof COMMON_CODECS];
  const all = codecsOf(transceiver);
  const isWanted = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase() === wanted.toLowerCase();
  setCodecs(transceiver, [...all.filter(isWanted), ...all.filter((codec) => !isWanted(codec))]);
}

/** Has a transceiver send in one codec only. */
export function allowOnlyCodec(transceiver: RTCRtpTransceiver, wanted: string): void {
  const isVideo = transceiver.receiver.track.kind === "video";
  const codecs = codecsOf(transceiver).filter(({ mimeType }) =>
    mimeType.toLowerCase() === wanted.toLowerCase() || (isVideo && HELPERS.test(mimeType))
  );
  setCodecs(transceiver, codecs);
}

function codecsOf({ receiver }: RTCRtpTransceiver): RTCRtpCodec[] {
  return RTCRtpReceiver.getCapabilities(receiver.track.kind)?.codecs ?? [];
}

function setCodecs(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  // Browsers without it choose for themselves.
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}
