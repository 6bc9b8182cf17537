/**
 * In which codecs sound and picture travel. Knows nothing of what they carry. This module is browser
 * compatible.
 */

/** What the whole tree is to speak, because every browser does, whatever it would like best itself. */
export const COMMON_CODECS = { audio: "audio/opus", video: "video/VP8" } as const;

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

/**
 * Returns an offer in which one codec of the picture comes first. It is put into the child's offer, at
 * the parent's end only: what a browser sends goes by that, and not by `setCodecPreferences`.
 */
export function withCodecFirst(sdp: string, mimeType: string): string {
  const name = mimeType.split("/")[1]!.toLowerCase();
  return sdp.split(/(?=^m=)/m).map((section) => {
    if (!section.startsWith("m=video")) return section;
    const wanted = new Set(
      [...section.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)/gm)]
        .filter(([_line, _type, codec]) => codec!.toLowerCase() === name)
        .map(([_line, type]) => type!),
    );
    return section.replace(/^(m=video \S+ \S+ )(.*)/, (_line, start: string, types: string) => {
      const all = types.trim().split(" ");
      const others = all.filter((type) => !wanted.has(type));
      return start + [...all.filter((type) => wanted.has(type)), ...others].join(" ");
    });
  }).join("");
}

function codecsOf({ receiver }: RTCRtpTransceiver): RTCRtpCodec[] {
  return RTCRtpReceiver.getCapabilities(receiver.track.kind)?.codecs ?? [];
}

function setCodecs(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  // Browsers without it choose for themselves.
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}
