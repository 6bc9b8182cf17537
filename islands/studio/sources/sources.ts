/**
 * What goes into the broadcast: one source's picture, or a card in its place, and the microphone's
 * sound with that of the source. Hands the SDK one stream at a time, which everybody gets without
 * joining again; knows nothing of whether it is live, and draws nothing.
 */
import { type Client, codeOf } from "../../parts/client.ts";
import type { QualityName } from "../../../lib/client/quality.ts";
import { QUALITIES } from "../../../lib/client/quality.ts";
import type { BothSource } from "./both_source.ts";
import type { Card, Compositor } from "./compositor.ts";
import { NO_MICROPHONE } from "./device_list.ts";
import type { FileSource, Playback } from "./file_source.ts";
import type { Inset } from "./inset.ts";
import {
  NoCameraError,
  openDevices,
  type OpenedDevices,
  type WantedDevices,
} from "./open_devices.ts";
import { openScreen } from "./screen_source.ts";
import { SoundMix } from "./sound_mix.ts";
import type { Source } from "./source.ts";
import { showsCamera, type SourceKind, type Stopped } from "./source_kind.ts";

/** What was chosen for all sources. */
export interface Choices {
  /** An id; null takes any. */
  camera: string | null;
  /** An id, `NO_MICROPHONE`, or null for any. */
  microphone: string | null;
  inset: Inset;
}

/** How things stand. */
export interface SourcesState {
  /** What is shown, or stands behind a card; null before anything is. */
  kind: SourceKind | null;
  stream: MediaStream | null;
  hasCamera: boolean;
  hasMicrophone: boolean;
  /** The ids of the devices that are on; null where none is. */
  cameraId: string | null;
  microphoneId: string | null;
  isMuted: boolean;
  isCameraOff: boolean;
  stopped: Stopped | null;
  /** The file that plays; null while none does. */
  playback: Playback | null;
}

/** Nothing is open. */
export const NO_SOURCES: SourcesState = {
  kind: null,
  stream: null,
  hasCamera: false,
  hasMicrophone: false,
  cameraId: null,
  microphoneId: null,
  isMuted: false,
  isCameraOff: false,
  stopped: null,
  playback: null,
};

const PAUSE: Card = { title: "Back in a moment", text: "The broadcast goes on." };

const CARDS: Record<"camera_off" | SourceKind, Card> = {
  camera_off: { title: "The camera is off", text: "The broadcast goes on." },
  camera: { title: "The camera has stopped", text: "Back in a moment." },
  screen: PAUSE,
  both: PAUSE,
  file: PAUSE,
};

/** See the module's paragraph. */
export class Sources {
  readonly #client: Client;
  readonly #onChange: (state: SourcesState) => void;
  #state = NO_SOURCES;
  #choices: Choices;
  #quality: QualityName = "720p";
  #camera: MediaStreamTrack | null = null;
  #microphone: MediaStreamTrack | null = null;
  #source: Source | null = null;
  #card: Compositor | null = null;
  #mix: SoundMix | null = null;
  /** Counts what was asked for: what opens after something else was chosen is given back. */
  #turn = 0;
  /** Counts how often the camera was given back: what opens after that is not wanted any more. */
  #cameraStops = 0;
  /** Counts what was to be shown: a card that is loaded meanwhile may not be wanted any more. */
  #shows = 0;

  constructor(client: Client, choices: Choices, onChange: (state: SourcesState) => void) {
    this.#client = client;
    this.#choices = choices;
    this.#onChange = onChange;
  }

  /** How things stand. */
  get state(): SourcesState {
    return this.#state;
  }

  /** True when there is anything to broadcast. */
  get isReady(): boolean {
    return this.#state.stream?.getTracks().some(isLive) ?? false;
  }

  /**
   * Shows a source of some kind; what was shown goes on until it is there. Resolves with false when
   * nothing was chosen, or something else was meanwhile. A camera that is missing beside a screen is
   * thrown after the screen is shown; one that is missing alone takes no other source's place.
   *
   * @throws {TributaryError}, `NoCameraError` or `FileError`
   */
  async open(kind: SourceKind, file?: File): Promise<boolean> {
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn;
    let source: Source | null = null;
    let playback: Playback | null = null;
    let hasEnded = false;
    source = await this.#openSource(kind, file, {
      onEnd: () => {
        hasEnded = true;
        if (source && this.#source === source) this.#handleStopped(source.kind);
      },
      onChange: (next) => {
        playback = next;
        if (source && this.#source === source) this.#update({ playback });
      },
    });
    if (kind !== "camera" && !source) return false;
    let failure: unknown;
    try {
      if (isCurrent()) await this.#openDevices({ camera: showsCamera(kind) }, isCurrent);
    } catch (error) {
      const isHeard = isLive(this.#microphone) && codeOf(error) === "no_camera";
      if (kind === "camera" && !isHeard) throw error;
      // Whoever has no microphone may still show something.
      if (showsCamera(kind)) failure = error;
    }
    if (!isCurrent() || hasEnded) {
      source?.close();
      return false;
    }
    if (kind === "camera" && !this.#camera && this.#source) {
      // A microphone may have been found.
      await this.#show({});
      throw new NoCameraError();
    }
    this.#source?.close();
    this.#source = source;
    if (!showsCamera(kind)) this.#stopCamera();
    source?.setCamera?.(this.#camera);
    source?.play?.();
    await this.#show({ kind, isCameraOff: false, stopped: null, playback });
    if (failure) throw failure;
    return true;
  }

  /**
   * Shows what a page showed that was loaded again, as far as nobody need be asked: screens and files
   * have to be chosen anew, and until then there is a card.
   *
   * @throws {TributaryError}
   */
  async restore(kind: SourceKind, isCameraOff: boolean): Promise<void> {
    if (kind === "camera" && !isCameraOff) return void await this.open("camera");
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn;
    await this.#openDevices({ camera: false }, isCurrent).catch(() => {});
    if (!isCurrent()) return;
    const stopped = kind === "camera" ? null : kind;
    await this.#show({ kind, isCameraOff: kind === "camera", stopped });
  }

  /**
   * Switches the camera off, so that its light goes out, or on again.
   *
   * @throws {TributaryError} or `NoCameraError`
   */
  async setCameraOff(isOff: boolean): Promise<void> {
    if (isOff) this.#stopCamera();
    const stops = this.#cameraStops;
    const isCurrent = () => stops === this.#cameraStops;
    if (!isOff) await this.#openDevices({ camera: true }, isCurrent);
    if (!isCurrent()) return;
    this.#source?.setCamera?.(this.#camera);
    await this.#show({ isCameraOff: isOff, stopped: null });
  }

  /** Silences the microphone without stopping it, so that speaking again is instant. */
  mute(isMuted: boolean): void {
    if (this.#microphone) this.#microphone.enabled = !isMuted;
    this.#update({ isMuted });
  }

  /**
   * Takes another camera; one that is on is replaced at once.
   *
   * @throws {TributaryError} or `NoCameraError`
   */
  async chooseCamera(id: string): Promise<void> {
    this.#choices = { ...this.#choices, camera: id };
    const former = this.#camera;
    if (!former) return;
    const isCurrent = () => this.#camera === former && this.#choices.camera === id;
    const wanted = { camera: id, quality: this.#quality };
    try {
      const opened = await this.#openBesides(former, wanted, isCurrent);
      if (!opened) return;
      this.#takeCamera(opened.camera);
    } catch (error) {
      if (!isLive(former)) this.#handleStopped("camera");
      throw error;
    }
    this.#source?.setCamera?.(this.#camera);
    await this.#show({});
  }

  /**
   * Takes another microphone, or none; one that is on is replaced at once.
   *
   * @throws {TributaryError}
   */
  async chooseMicrophone(id: string): Promise<void> {
    this.#choices = { ...this.#choices, microphone: id };
    if (!this.#state.stream && !this.#microphone) return;
    const former = this.#microphone;
    if (id === NO_MICROPHONE) this.#takeMicrophone(null);
    else {
      const isCurrent = () =>
        this.#microphone === former && this.#choices.microphone === id &&
        (former !== null || this.#state.stream !== null);
      const wanted = { microphone: id, quality: this.#quality };
      try {
        const opened = await this.#openBesides(former, wanted, isCurrent);
        if (!opened) return;
        this.#takeMicrophone(opened.microphone);
      } catch (error) {
        if (former && !isLive(former)) await this.#loseMicrophone();
        throw error;
      }
    }
    await this.#show({});
  }

  /** Puts the camera into another corner, or makes it larger or smaller. */
  setInset(inset: Inset): void {
    this.#choices = { ...this.#choices, inset };
    if (this.#source?.kind === "both") (this.#source as BothSource).setInset(inset);
  }

  /** Takes another quality: what is made here gets its size. */
  setQuality(quality: QualityName): void {
    this.#quality = quality;
    this.#source?.setSize?.(QUALITIES[quality]);
    this.#card?.setSize(QUALITIES[quality]);
  }

  /** The file that plays, to pause it and go to another place in it. */
  get file(): FileSource | null {
    return this.#source?.kind === "file" ? this.#source as FileSource : null;
  }

  /** Gives everything back, so that the lights go out. */
  stop(): void {
    this.#turn++;
    this.#shows++;
    this.#source?.close();
    this.#source = null;
    this.#closeCard();
    this.#stopCamera();
    this.#microphone = null;
    this.#client.stopCamera();
    this.#client.setStream(null);
    this.#mix?.close();
    this.#mix = null;
    this.#update(NO_SOURCES);
  }

  async #openSource(
    kind: SourceKind,
    file: File | undefined,
    { onEnd, onChange }: { onEnd: () => void; onChange: (playback: Playback) => void },
  ): Promise<Source | null> {
    const size = QUALITIES[this.#quality];
    switch (kind) {
      case "camera":
        return null;
      case "screen":
        return await openScreen(onEnd);
      case "both": {
        const { openBoth } = await import("./both_source.ts");
        const { inset } = this.#choices;
        return await openBoth({ size, inset, onEnd });
      }
      case "file": {
        if (!file) return null;
        const { openFile } = await import("./file_source.ts");
        return await openFile(file, { size, onChange });
      }
    }
  }

  /** Opens what is wanted and not there; nothing once `isCurrent` has become false. */
  async #openDevices(
    { camera }: { camera: boolean },
    isCurrent: () => boolean,
  ): Promise<void> {
    const asked = this.#choices;
    const { microphone } = asked;
    const needsCamera = camera && !isLive(this.#camera);
    const needsMicrophone = microphone !== NO_MICROPHONE && !isLive(this.#microphone);
    if (!needsCamera && !needsMicrophone) return;
    const wanted = {
      camera: needsCamera ? asked.camera : undefined,
      microphone: needsMicrophone ? microphone : undefined,
      quality: this.#quality,
    };
    const opened = await openDevices(this.#client, wanted, isCurrent);
    if (!opened) return;
    if (needsCamera) this.#takeCamera(opened.camera);
    if (needsMicrophone) this.#takeMicrophone(opened.microphone);
    // Others may have been chosen while these were opened.
    const chosen = this.#choices;
    if (needsCamera && chosen.camera !== asked.camera) await this.chooseCamera(chosen.camera!);
    if (needsMicrophone && chosen.microphone !== asked.microphone) {
      await this.chooseMicrophone(chosen.microphone!);
    }
  }

  /** Some devices are given to one page once: then the former one is given back first. */
  async #openBesides(
    former: MediaStreamTrack | null,
    wanted: WantedDevices,
    isCurrent: () => boolean,
  ): Promise<OpenedDevices | null> {
    try {
      return await openDevices(this.#client, wanted, isCurrent);
    } catch (error) {
      if (!former || codeOf(error) !== "camera_busy") throw error;
      former.stop();
      return await openDevices(this.#client, wanted, isCurrent);
    }
  }

  #takeCamera(camera: MediaStreamTrack | null): void {
    if (this.#camera !== camera) this.#camera?.stop();
    this.#camera = camera;
    camera?.addEventListener("ended", () => {
      if (this.#camera === camera) this.#handleStopped("camera");
    });
  }

  #takeMicrophone(microphone: MediaStreamTrack | null): void {
    if (this.#microphone !== microphone) this.#microphone?.stop();
    this.#microphone = microphone;
    // Whatever comes begins as the broadcaster left the last one: nobody is heard unawares.
    if (microphone) microphone.enabled = !this.#state.isMuted;
    microphone?.addEventListener("ended", () => {
      if (this.#microphone === microphone) void this.#loseMicrophone();
    });
  }

  async #loseMicrophone(): Promise<void> {
    this.#microphone = null;
    await this.#show({});
  }

  #stopCamera(): void {
    this.#cameraStops++;
    this.#camera?.stop();
    this.#camera = null;
  }

  #handleStopped(stopped: SourceKind): void {
    if (stopped === "camera") {
      this.#camera = null;
      this.#source?.setCamera?.(null);
      const { kind } = this.#state;
      // It may have been opened for what is shown next.
      if (kind && showsCamera(kind)) void this.#show({ stopped: kind === "both" ? "inset" : kind });
    } else {
      this.#source?.close();
      this.#source = null;
      this.#stopCamera();
      void this.#show({ stopped });
    }
  }

  /** Puts together what is to be sent, and hands it on. */
  async #show(change: Partial<SourcesState>): Promise<void> {
    const { kind, isCameraOff, stopped } = this.#state = { ...this.#state, ...change };
    const cardNeeded = stopped === "inset"
      ? null
      : stopped ?? (kind === "camera" && isCameraOff ? "camera_off" : null);
    const show = ++this.#shows;
    if (cardNeeded && !this.#card) {
      const { Compositor } = await import("./compositor.ts");
      if (show !== this.#shows) return;
      this.#card = new Compositor(QUALITIES[this.#quality]);
    }
    if (cardNeeded) this.#card!.setCard(CARDS[cardNeeded]);
    else this.#closeCard();
    const picture = this.#card
      ? this.#card.track
      : kind === "camera"
      ? this.#camera
      : this.#source?.picture;
    const sound = this.#sound();
    const tracks = [picture, sound].filter((track) => track != null);
    const stream = tracks.length > 0 ? new MediaStream(tracks) : null;
    this.#client.setStream(stream);
    this.#update({
      stream,
      hasCamera: this.#camera !== null,
      hasMicrophone: this.#microphone !== null,
      cameraId: this.#camera?.getSettings().deviceId ?? null,
      microphoneId: this.#microphone?.getSettings().deviceId ?? null,
    });
  }

  #closeCard(): void {
    this.#card?.close();
    this.#card = null;
  }

  /** One sound goes as it is; several are mixed. */
  #sound(): MediaStreamTrack | null {
    const sounds = [this.#microphone, this.#source?.sound ?? null].filter((track) =>
      track !== null
    );
    if (sounds.length < 2) {
      this.#mix?.setTracks([]);
      return sounds[0] ?? null;
    }
    this.#mix ??= new SoundMix();
    this.#mix.setTracks(sounds);
    return this.#mix.track;
  }

  #update(change: Partial<SourcesState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}

function isLive(track: MediaStreamTrack | null): boolean {
  return track?.readyState === "live";
}
