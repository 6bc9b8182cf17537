/**
 * The studio's state: what the broadcaster is doing, and what the SDK reports of it. Between the
 * SDK and the studio's components; draws nothing.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TreeNode } from "../../lib/protocol/mod.ts";
import { type Client, codeOf, type Connect, missingSupport } from "../parts/client.ts";
import { keepBroadcast, type KeptBroadcast, takeKeptBroadcast } from "./kept_broadcast.ts";
import { nameFault } from "./problems.ts";
import { isUnsaved } from "./record/recording.ts";
import { useRecorder } from "./record/use_recorder.ts";
import type { SourceKind } from "./sources/source_kind.ts";
import { countViewers } from "../tree/count_viewers.ts";
import { useHealth } from "./use_health.ts";
import { useQuality } from "./use_quality.ts";
import { useSources } from "./use_sources.ts";
import { useStills } from "./use_stills.ts";

/** Where the broadcaster stands. */
export type StudioPhase = "setup" | "starting" | "live" | "reconnecting" | "ended";

/** What is asked before going live. */
export interface BroadcastForm {
  name: string;
  /** What the broadcaster calls themselves, or "". */
  peerName: string;
  /** What people read, or "" for the name. */
  title: string;
}

/** What the studio shows. */
export interface StudioState extends BroadcastForm {
  phase: StudioPhase;
  startedAt: number;
  endedAt: number;
  tree: TreeNode | null;
  /** Most viewers at once. */
  peakViewers: number;
  /** A code of `studioProblem`. */
  problem: string | null;
}

/** Whoever ends wants to be off the air: a slow disk is waited for no longer than this, in ms. */
const SAVING_MS = 2_000;

const START: StudioState = {
  phase: "setup",
  name: "",
  peerName: "",
  title: "",
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
  const isLive = state.phase === "live" || state.phase === "reconnecting";
  const sources = useSources(client);
  const { stream, kind, isMuted, isCameraOff, stopped, choices } = sources;

  // Whatever goes along with a broadcast and has a job of its own.
  const quality = useQuality(client);
  const recorder = useRecorder(stream, isLive);
  useStills(client, stream, isLive);
  const health = useHealth(client, { isLive, isConnected: state.phase === "live", stopped });

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
    sources.begin();
    quality.recall();
    const kept = takeKeptBroadcast();
    if (kept) takeUp(kept);
    setReady(true);
    return () => tributary.close();
  }, []);

  useEffect(() => sources.setQuality(quality.quality), [ready, quality.quality]);

  const isRecording = isUnsaved(recorder.recording);
  useEffect(() => {
    if (!isLive && !isRecording) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isLive, isRecording]);

  const { name, peerName, title, startedAt, peakViewers } = state;
  const { visibility } = choices;
  useEffect(() => {
    if (!isLive) return;
    const keep = () => {
      const token = client.current!.resumeToken;
      if (!token) return;
      const broadcast = { token, name, peerName, title, visibility, startedAt, peakViewers };
      keepBroadcast({ ...broadcast, isMuted, isCameraOff, kind: kind ?? "camera" });
    };
    // The same page may be brought back as it was; then there is nothing to take up.
    addEventListener("pagehide", keep);
    addEventListener("pageshow", takeKeptBroadcast);
    return () => {
      removeEventListener("pagehide", keep);
      removeEventListener("pageshow", takeKeptBroadcast);
    };
  }, [isLive, name, title, visibility, startedAt, peakViewers, isMuted, isCameraOff, kind]);

  useEffect(() => {
    if (state.phase === "ended") sources.stop();
  }, [state.phase]);

  /** Does what was asked, and says so if it did not work. */
  async function attempt(work: () => unknown) {
    update({ problem: null });
    try {
      await work();
    } catch (error) {
      if (codeOf(error) !== "cancelled") update({ problem: codeOf(error) });
    }
  }

  async function goLive(form: BroadcastForm) {
    const { name, peerName, title } = form;
    const fault = nameFault(name);
    if (fault) return update({ problem: fault });
    update({ ...START, ...form, phase: "starting" });
    recorder.forget();
    const tributary = client.current!;
    try {
      if (!sources.isReady() && !await sources.open(choices.kind)) {
        const problem = choices.kind === "file" ? "file_missing" : "screen_refused";
        return update({ phase: "setup", problem });
      }
      const options = { title: title || undefined, visibility };
      await tributary.startBroadcast(name, peerName || undefined, options);
      update({ phase: "live", startedAt: Date.now() });
      await tributary.subscribeToTreeChanges(name).catch(() => {}); // It is live without its tree.
    } catch (error) {
      setState((old) => ({
        ...old,
        phase: old.phase === "starting" ? "setup" : old.phase,
        problem: codeOf(error),
      }));
    }
  }

  /** Goes on with the broadcast of the page that was here before this one. */
  async function takeUp({ token, kind, isMuted, isCameraOff, ...kept }: KeptBroadcast) {
    const { name, peerName, title, visibility, startedAt, peakViewers } = kept;
    update({ ...START, phase: "starting", name, peerName, title, peakViewers });
    if (isMuted) sources.mute(true);
    const tributary = client.current!;
    const options = { title: title || undefined, visibility };
    const resumed = tributary.resumeBroadcast(token, name, peerName || undefined, options);
    attempt(() => sources.restore(kind, isCameraOff));
    if (!await resumed) return update({ phase: "setup", problem: "connection_lost" });
    update({ phase: "live", startedAt });
    await tributary.subscribeToTreeChanges(name).catch(() => {});
  }

  async function end() {
    await within(SAVING_MS, recorder.stop());
    try {
      await client.current!.endBroadcast();
    } catch (error) {
      // It may have ended a moment ago without our doing; otherwise it goes on.
      if (codeOf(error) !== "wrong_state") return update({ problem: codeOf(error) });
    }
    update({ phase: "ended", endedAt: Date.now(), problem: null });
  }

  const given = kind === "camera" && !isCameraOff && !stopped ? stream : null;
  return {
    ...state,
    sources,
    quality: quality.quality,
    shortfall: quality.shortfallOf(given),
    recording: recorder.recording,
    health,
    ready,
    client,
    chooseQuality: quality.choose,
    goLive,
    end,
    startOver: () => setState((old) => ({ ...START, name: old.name, title: old.title })),
    /** Opens a source of some kind; resolves with true when it is shown. */
    async open(kind: SourceKind, file?: File): Promise<boolean> {
      let isShown = false;
      await attempt(async () => {
        isShown = await sources.open(kind, file);
      });
      return isShown;
    },
    chooseCamera: (id: string) => attempt(() => sources.chooseCamera(id)),
    chooseMicrophone: (id: string) => attempt(() => sources.chooseMicrophone(id)),
    setCameraOff: (isOff: boolean) => attempt(() => sources.setCameraOff(isOff)),
    record: () => attempt(() => recorder.start(name, quality.quality)),
    stopRecording: recorder.stop,
  };
}

/** Resolves with `work`, or after some time without it. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, tooLate]);
  clearTimeout(timer);
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
