/**
 * The studio's state: what the broadcaster is doing, and what the SDK reports of it. Between the
 * SDK and the studio's components; draws nothing.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TreeNode } from "../../lib/protocol/mod.ts";
import { type Client, codeOf, type Connect, missingSupport } from "../parts/client.ts";
import { keepBroadcast, type KeptBroadcast, takeKeptBroadcast } from "./kept_broadcast.ts";
import { nameFault } from "./problems.ts";
import { countViewers } from "./tree.ts";
import { useQuality } from "./use_quality.ts";
import { useSources } from "./use_sources.ts";
import { useStills } from "./use_stills.ts";

/** Where the broadcaster stands. */
export type StudioPhase = "setup" | "starting" | "live" | "reconnecting" | "ended";

/** What the studio shows. */
export interface StudioState {
  phase: StudioPhase;
  /** The name of the broadcast that is live, or was tried last. */
  name: string;
  /** What the broadcaster calls themselves. */
  peerName: string;
  startedAt: number;
  endedAt: number;
  tree: TreeNode | null;
  /** Most viewers at once. */
  peakViewers: number;
  /** A code of `studioProblem`. */
  problem: string | null;
}

const START: StudioState = {
  phase: "setup",
  name: "",
  peerName: "",
  startedAt: 0,
  endedAt: 0,
  tree: null,
  peakViewers: 0,
  problem: null,
};

/** Runs the studio on one client of the SDK. */
export function useStudio(connect: Connect | undefined) {
  const client = useRef<Client | null>(null);
  const [state, setState] = useState(START);
  const [ready, setReady] = useState(false);
  const update = (change: Partial<StudioState>) => setState((old) => ({ ...old, ...change }));
  const sources = useSources(client, () => update({ problem: "camera_stopped" }));
  const quality = useQuality(client);

  useEffect(() => {
    if (!connect) return;
    const problem = missingSupport() ?? (globalThis.isSecureContext ? null : "insecure_context");
    if (problem) return update({ problem });
    const tributary = client.current = connect();
    tributary.on("treestatechanged", (tree) =>
      setState((old) => ({
        ...old,
        tree,
        peakViewers: Math.max(old.peakViewers, countViewers(tree)),
      })));
    tributary.on("statechanged", (next) => setState((old) => afterClientState(old, next)));
    tributary.on("error", ({ code }) => setState((old) => afterClientError(old, code)));
    quality.recall();
    const kept = takeKeptBroadcast();
    if (kept) takeUp(kept);
    setReady(true);
    return () => tributary.close();
  }, []);

  const isLive = state.phase === "live" || state.phase === "reconnecting";
  useStills(client, sources.stream, isLive);
  useEffect(() => {
    if (!isLive) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isLive]);

  const { isMuted } = sources;
  useEffect(() => {
    if (!isLive) return;
    const { name, peerName, startedAt, peakViewers } = state;
    const keep = () => {
      const token = client.current!.resumeToken;
      if (token) keepBroadcast({ token, name, peerName, startedAt, peakViewers, isMuted });
    };
    // The same page may be brought back as it was; then there is nothing to take up.
    addEventListener("pagehide", keep);
    addEventListener("pageshow", takeKeptBroadcast);
    return () => {
      removeEventListener("pagehide", keep);
      removeEventListener("pageshow", takeKeptBroadcast);
    };
  }, [isLive, state.name, state.startedAt, state.peakViewers, isMuted]);

  useEffect(() => {
    if (state.phase === "ended") sources.stop();
  }, [state.phase]);

  async function showCamera() {
    update({ problem: null });
    try {
      await sources.showCamera();
    } catch (error) {
      update({ problem: codeOf(error) });
    }
  }

  function showScreen() {
    update({ problem: null });
    return sources.showScreen(showCamera);
  }

  async function goLive(name: string, peerName: string) {
    const fault = nameFault(name);
    if (fault) return update({ problem: fault });
    update({ ...START, phase: "starting", name, peerName });
    const tributary = client.current!;
    try {
      if (!sources.isReady()) await sources.showCamera();
      await tributary.startBroadcast(name, peerName || undefined);
      update({ phase: "live", startedAt: Date.now() });
      await tributary.subscribeToTreeChanges(name);
    } catch (error) {
      setState((old) => ({
        ...old,
        phase: old.phase === "starting" ? "setup" : old.phase,
        problem: codeOf(error),
      }));
    }
  }

  /** Goes on with the broadcast of the page that was here before this one. */
  async function takeUp({ token, name, peerName, startedAt, peakViewers, isMuted }: KeptBroadcast) {
    update({ ...START, phase: "starting", name, peerName, peakViewers });
    if (isMuted) sources.mute(true);
    const tributary = client.current!;
    const resumed = tributary.resumeBroadcast(token, name, peerName || undefined);
    showCamera();
    if (!await resumed) return update({ phase: "setup", problem: "connection_lost" });
    update({ phase: "live", startedAt });
    await tributary.subscribeToTreeChanges(name).catch(() => {});
  }

  async function end() {
    try {
      await client.current!.endBroadcast();
    } catch (error) {
      // It may have ended a moment ago without our doing; otherwise it goes on.
      if (codeOf(error) !== "wrong_state") return update({ problem: codeOf(error) });
    }
    update({ phase: "ended", endedAt: Date.now(), problem: null });
  }

  const startOver = () => setState((old) => ({ ...START, name: old.name }));
  const { stream, isScreen, mute } = sources;
  return {
    ...state,
    client,
    stream,
    isScreen,
    isMuted,
    quality: quality.quality,
    shortfall: isScreen ? null : quality.shortfallOf(stream),
    ready,
    mute,
    showCamera,
    showScreen,
    chooseQuality: quality.choose,
    goLive,
    end,
    startOver,
  };
}

/** What an error of the SDK that nothing was asked for means for the studio. */
export function afterClientError(old: StudioState, code: string): StudioState {
  if (code !== "taken_over" && code !== "name_taken") return old;
  return { ...old, phase: "setup", tree: null, problem: code };
}

/** What a state of the SDK means for the studio. */
export function afterClientState(old: StudioState, next: string): StudioState {
  if (old.phase !== "live" && old.phase !== "reconnecting") return old;
  switch (next) {
    case "RECONNECTING":
      return { ...old, phase: "reconnecting" };
    case "BROADCASTING":
      return { ...old, phase: "live" };
    // READY: the page went, which ended it, and the browser has brought the same page back.
    case "READY":
    case "BROADCAST_ENDED":
      return { ...old, phase: "ended", endedAt: Date.now(), problem: null };
    case "DISCONNECTED":
      return { ...old, phase: "setup", tree: null, problem: "connection_lost" };
    default:
      return old;
  }
}
