/**
 * Says in a session description with how many bits a second a link begins. It is put into the other
 * side's description, at one's own end only: what this browser sends goes by that. Pure; knows no
 * links. This module is browser compatible.
 */

/** Helpers of other codecs, which have no bitrate of their own. */
const HELPERS = /^(rtx|red|ulpfec|flexfec.*)$/i;

/**
 * Returns `sdp` with a start for the picture, in bit/s. libwebrtc (Chrome, Edge, Safari) goes by it,
 * Firefox takes no notice.
 */
export function withStartBitrate(sdp: string, bitrate: number): string {
  return sdp.split(/(?=^m=)/m).map((section) =>
    section.startsWith("m=video") ? startSection(section, Math.round(bitrate / 1_000)) : section
  ).join("");
}

function startSection(section: string, kbits: number): string {
  const said = `x-google-start-bitrate=${kbits}`;
  let text = section;
  for (const [line, type, codec] of section.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+).*$/gm)) {
    if (HELPERS.test(codec!)) continue;
    const parameters = new RegExp(`^a=fmtp:${type} [^\\r\\n]*`, "m");
    text = parameters.test(text)
      ? text.replace(parameters, (found) => `${found};${said}`)
      : text.replace(line, `${line}\r\na=fmtp:${type} ${said}`);
  }
  return text;
}
