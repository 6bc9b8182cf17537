/** Speaks with the page around an embedded player; in a window of its own it keeps silent. */
import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Watching } from "../watch/use_watch.ts";
import { type EmbedCommand, type EmbedEvent, readCommand, toMessage } from "./messages.ts";

interface ParentPageOptions {
  name: string;
  watch: Watching;
  /** An element with the video in it. */
  frame: RefObject<HTMLElement | null>;
}

/** Tells the page around what is going on, and does what it says. */
export function useParentPage({ name, watch, frame }: ParentPageOptions): void {
  const { phase, samples } = watch;
  const latest = useRef(watch);
  latest.current = watch;

  function tell(event: EmbedEvent) {
    // To whomever it is: see messages.ts.
    if (parent !== self) parent.postMessage(toMessage(name, event), "*");
  }

  useEffect(() => tell({ event: "state", state: phase }), [phase]);

  useEffect(() =>
    samples.listen(() => {
      const { latencyMs = null, depth = null } = samples.all.at(-1) ?? {};
      tell({ event: "stats", latencyMs, depth, viewers: latest.current.viewers });
    }), []);

  useEffect(() => {
    const handleMessage = ({ source, data }: MessageEvent) => {
      const command = source === parent && parent !== self ? readCommand(data) : null;
      if (command) obey(command, latest.current, frame.current!.querySelector("video")!);
    };
    addEventListener("message", handleMessage);
    return () => removeEventListener("message", handleMessage);
  }, []);
}

function obey(command: EmbedCommand, watch: Watching, video: HTMLVideoElement): void {
  switch (command) {
    case "play":
      // What was left is still in the video until the service has answered, and is not to be played on.
      if (video.srcObject && watch.phase !== "idle") video.play().catch(() => {});
      else watch.join();
      return;
    case "leave":
      // Where there is nothing to leave, whoever waits goes on waiting.
      if (video.srcObject) watch.leave();
      return;
    case "mute":
      video.muted = true;
      return;
    case "unmute":
      video.muted = false;
      // Without a click in the frame the browser stops a picture that begins to sound.
      video.play().catch(() => {
        video.muted = true;
        video.play().catch(() => {});
      });
  }
}
