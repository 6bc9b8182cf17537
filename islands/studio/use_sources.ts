/**
 * The sources as the studio's state, with what was chosen for them, kept for the next visit. Between
 * `Sources` and the components; decides nothing.
 */
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { QualityName } from "../../lib/client/quality.ts";
import type { Client } from "../parts/client.ts";
import { DEFAULT_CHOICES, keepChoices, recallChoices, type StudioChoices } from "./kept_choices.ts";
import { findAbilities } from "./sources/abilities.ts";
import type { Abilities, SourceKind } from "./sources/source_kind.ts";
import { NO_SOURCES, Sources } from "./sources/sources.ts";
import { useDevices } from "./sources/use_devices.ts";

/** What a page can do before it has looked. */
const ANYTHING: Abilities = {
  hasDevices: true,
  canShareScreen: true,
  canCompose: true,
  canPlayFiles: true,
};

/** Keeps the sources of one client. */
export function useSources(client: RefObject<Client | null>) {
  const sources = useRef<Sources | null>(null);
  const [state, setState] = useState(NO_SOURCES);
  const [choices, setChoices] = useState<StudioChoices>(DEFAULT_CHOICES);
  const [abilities, setAbilities] = useState(ANYTHING);
  const devices = useDevices(state.stream);
  const latest = useRef(choices);

  function choose(change: Partial<StudioChoices>) {
    latest.current = { ...latest.current, ...change };
    keepChoices(latest.current);
    setChoices(latest.current);
  }

  return {
    ...state,
    choices,
    abilities,
    devices,

    /** Takes up what was chosen last; when there is a client. */
    begin() {
      latest.current = recallChoices();
      setChoices(latest.current);
      setAbilities(findAbilities());
      sources.current = new Sources(client.current!, latest.current, setState);
    },

    /** True when there is anything to broadcast. */
    isReady: () => sources.current!.isReady,

    /** Chooses a kind of source, which is not opened by that. */
    chooseKind: (kind: SourceKind) => choose({ kind }),
    chooseVisibility: (visibility: StudioChoices["visibility"]) => choose({ visibility }),

    /** Opens a source; the next one is of the same kind unless another is chosen. */
    async open(kind: SourceKind, file?: File): Promise<boolean> {
      const isShown = await sources.current!.open(kind, file);
      if (isShown) choose({ kind });
      return isShown;
    },

    /** Shows what a page showed that was loaded again. */
    restore(kind: SourceKind, isCameraOff: boolean) {
      choose({ kind });
      return sources.current!.restore(kind, isCameraOff);
    },

    mute: (isMuted: boolean) => sources.current!.mute(isMuted),
    setCameraOff: (isOff: boolean) => sources.current!.setCameraOff(isOff),
    setQuality: (quality: QualityName) => sources.current?.setQuality(quality),

    chooseCamera(camera: string) {
      choose({ camera });
      return sources.current!.chooseCamera(camera);
    },
    chooseMicrophone(microphone: string) {
      choose({ microphone });
      return sources.current!.chooseMicrophone(microphone);
    },
    chooseInset(inset: StudioChoices["inset"]) {
      choose({ inset });
      sources.current!.setInset(inset);
    },

    /** The file that plays. */
    file: () => sources.current?.file ?? null,

    stop: () => sources.current?.stop(),
  };
}

/** Tells what a stream lacks, as a code of `studioProblem`; null when it has picture and sound. */
export function lackOf(stream: MediaStream | null): "no_picture" | "no_sound" | null {
  if (!stream) return null;
  if (stream.getVideoTracks().length === 0) return "no_picture";
  return stream.getAudioTracks().length === 0 ? "no_sound" : null;
}
