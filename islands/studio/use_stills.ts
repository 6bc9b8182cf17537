/**
 * Sends a still picture of a public broadcast now and then, for the list of what is live: soon after
 * going live, at once when the source changes, and nothing while there is no picture. Between the
 * SDK and the studio; what is shown to the broadcaster does not depend on it.
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { STILL_WINDOW_MS, STILLS_PER_WINDOW } from "../../lib/protocol/limits.ts";
import { type Client, codeOf } from "../parts/client.ts";
import { isStillDue, type LastStill } from "./still_times.ts";
import { takeStill } from "./take_still.ts";

/** How soon another source is noticed, in ms; a hidden page looks no more often anyway. */
const LOOK_MS = 1_000;

/** After this time the service takes another one, in ms, if it took none because of others before. */
const TOO_FAST_MS = STILL_WINDOW_MS / STILLS_PER_WINDOW;

/** The service cannot be reached at the moment: as if nothing had been tried. */
const NOT_NOW = new Set(["wrong_state", "connection_lost", "cancelled", "too_fast"]);

/** The service shows no pictures, or none of this broadcast. */
const NOT_AT_ALL = new Set(["unknown_command", "refused", "not_listed"]);

/** Sends pictures of `stream` while it is live. */
export function useStills(
  client: RefObject<Client | null>,
  stream: MediaStream | null,
  isLive: boolean,
): void {
  const shown = useRef(stream);
  shown.current = stream;
  useEffect(() => {
    if (isLive) return sendStills(() => client.current, () => shownTrack(shown.current));
  }, [isLive]);
}

/** Sends pictures until the returned function is called. */
function sendStills(
  client: () => Client | null,
  source: () => MediaStreamTrack | null,
): () => void {
  const liveAt = performance.now();
  let last: LastStill | null = null;
  let notBefore = 0;
  let isBusy = false;
  const timer = setInterval(look, LOOK_MS);

  async function look() {
    const track = source();
    const now = performance.now();
    const isDue = isStillDue(now, { liveAt, source: track?.id ?? null, last, notBefore });
    if (isBusy || !isDue || !track || client()?.visibility !== "public") return;
    isBusy = true;
    try {
      const still = await takeStill(track);
      // What was shown a moment ago may be what the broadcaster has just taken away.
      if (still && source() === track) await client()?.sendStill(still);
      last = { at: now, source: track.id };
    } catch (error) {
      const code = codeOf(error);
      if (code === "too_fast") notBefore = now + TOO_FAST_MS;
      if (NOT_AT_ALL.has(code)) clearInterval(timer);
      if (!NOT_NOW.has(code)) last = { at: now, source: track.id };
    } finally {
      isBusy = false;
    }
  }

  return () => clearInterval(timer);
}

/** Returns the track that shows a picture; a camera that is off or covered by the system shows none. */
function shownTrack(stream: MediaStream | null): MediaStreamTrack | null {
  const track = stream?.getVideoTracks()[0];
  const isShown = track?.readyState === "live" && track.enabled && !track.muted;
  return isShown ? track : null;
}
