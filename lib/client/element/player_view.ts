/**
 * The inside of a `<tributary-player>`: shows what a Visit reports, and begins one while the element is
 * in a document and has a name. A bundle of its own, `/tributary-player.js`, that gets the SDK handed.
 * This module is browser compatible.
 */
import { socketUrl } from "../default_url.ts";
import type { Tributary } from "../tributary.ts";
import type { PlayerState } from "../visit/player_state.ts";
import { Visit } from "../visit/visit.ts";
import { followLiveName } from "./live_name.ts";
import type { TributaryPlayer, TributaryPlayerEvents } from "./player_element.ts";
import { PLAYER_STYLES } from "./player_styles.ts";
import { PLAYER_ACTIONS, PLAYER_WORDS } from "./player_words.ts";

/** How often `stats` is told, in ms. */
const STATS_MS = 1_000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(PLAYER_STYLES);

/** How the picture stands. */
interface Look {
  state: PlayerState;
  /** Sound, or sound and picture, have come out. */
  hasBegun: boolean;
  /** By a headset, a call, or because the browser wants a press of Play first. */
  isPaused: boolean;
  /** The browser allows no sound before somebody asks for it. */
  isMutedByBrowser: boolean;
}

const NOTHING_SEEN = { hasBegun: false, isPaused: false };

/** See the module's paragraph. */
export class PlayerView {
  readonly #host: TributaryPlayer;
  readonly #connect: typeof Tributary;
  readonly #video = make("video");
  readonly #message = make("div");
  readonly #words = make("slot");
  readonly #button = make("button");
  readonly #action = make("slot");
  #look: Look = { state: "idle", ...NOTHING_SEEN, isMutedByBrowser: false };
  #visit: Visit | null = null;
  #client: Tributary | null = null;
  #isLeft = false;
  #isChanging = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: TributaryPlayer, root: ShadowRoot, connect: typeof Tributary) {
    this.#host = host;
    this.#connect = connect;
    const [video, message, button] = [this.#video, this.#message, this.#button];
    video.setAttribute("part", "video");
    video.playsInline = true;
    video.onplaying = () => this.#show({ hasBegun: true, isPaused: false });
    video.onpause = () => this.#show({ isPaused: this.stream !== null });
    video.onvolumechange = () => this.#show({ isMutedByBrowser: video.muted && !host.muted });
    message.setAttribute("part", "message");
    message.role = "status";
    message.append(this.#words);
    button.setAttribute("part", "button");
    button.type = "button";
    button.onclick = () => void this.play();
    button.append(this.#action);
    // Styles made like this need no leave of the page's policy.
    root.adoptedStyleSheets = [sheet];
    root.append(video, message, button);
    for (const name of ["muted", "controls"]) this.handleAttribute(name);
    this.#show({});
    this.handlePlace();
  }

  get state(): PlayerState {
    return this.#look.state;
  }

  get stream(): MediaStream | null {
    return this.#video.srcObject as MediaStream | null;
  }

  async play(): Promise<void> {
    this.#isLeft = false;
    if (!this.#host.muted) this.#video.muted = false;
    const isPressed = this.#button.matches(":focus");
    if (!this.#visit) this.#begin();
    else void this.#visit.join();
    if (this.stream) await this.#play();
    // The button is gone, and the keyboard stays where the eyes are.
    if (isPressed && this.#button.hidden) this.#video.focus();
  }

  leave(): void {
    this.#isLeft = true;
    this.#end();
  }

  /** Takes in that the element has come into a document, gone out of it, or both at once. */
  handlePlace(): void {
    // A picture stops when it is moved.
    if (this.#host.isConnected && this.stream && !this.#look.isPaused) void this.#play();
    this.#change();
  }

  handleAttribute(name: string): void {
    if (name === "controls") {
      this.#video.controls = this.#host.controls;
      // The browser's controls are where Tab leads only if it leads to the video.
      this.#video.tabIndex = this.#host.controls ? 0 : -1;
    } else if (name === "muted") this.#video.muted = this.#host.muted;
    else if (name === "relay") this.#setRelaying();
    else {
      if (name === "name") this.#isLeft = false;
      this.#end();
      this.#change();
    }
  }

  /** Begins or ends a visit when everything that is being changed has been. */
  #change(): void {
    if (this.#isChanging) return;
    this.#isChanging = true;
    queueMicrotask(() => {
      this.#isChanging = false;
      if (!this.#host.isConnected) this.#end();
      else if (!this.#visit && !this.#isLeft) this.#begin();
    });
  }

  #begin(): void {
    const { name, server, isConnected } = this.#host;
    if (!name || !isConnected) return;
    this.#video.setAttribute("aria-label", `Live video: ${name}`);
    if (typeof RTCPeerConnection === "undefined") return this.#show({ state: "unsupported" });
    const service = new URL(server, document.baseURI).origin;
    const client = this.#client = new this.#connect({ url: socketUrl(service) });
    this.#setRelaying();
    const visit = this.#visit = new Visit({
      name,
      client,
      // Told again and again while it is live: what is said changes when that has come to something.
      follow: (join) => followLiveName(service, name, () => join({ isWish: false })),
      asksByItself: true,
    });
    visit.on("state", (state) => this.#show({ state }));
    visit.on("error", (error) => this.#tell("error", error));
    client.on("error", (error) => this.#tell("error", error));
    client.on("stream", (stream) => {
      this.#video.srcObject = stream;
      this.#show(NOTHING_SEEN);
      if (stream) void this.#play();
    });
    let viewers: number | null = null;
    client.on("viewers", (count) => viewers = count);
    this.#timer = setInterval(async () => {
      if (this.state !== "live") return;
      const stats = await client.getStats();
      if (visit === this.#visit) this.#tell("stats", { ...stats, viewers });
    }, STATS_MS);
    void visit.join();
  }

  #end(): void {
    if (!this.#visit) return;
    clearInterval(this.#timer);
    this.#visit.close();
    this.#client?.close();
    this.#visit = this.#client = null;
    this.#video.srcObject = null;
    this.#show({ state: "idle", ...NOTHING_SEEN });
  }

  #setRelaying(): void {
    // Services of earlier versions cannot change it meanwhile; then it counts from the next visit on.
    this.#client?.setRelaying(this.#host.relay).catch(() => {});
  }

  /** Plays with sound if the browser allows that, or else without, or waits for a press of Play. */
  async #play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      // A newer stream has taken its place, and is played by its own call.
      if ((error as Error).name !== "NotAllowedError") return;
      if (this.#video.muted) return this.#show({ isPaused: true });
      this.#video.muted = true;
      await this.#play();
    }
  }

  #show(change: Partial<Look>): void {
    const before = this.#look.state;
    const { state, hasBegun, isPaused, isMutedByBrowser } = Object.assign(this.#look, change);
    const isSeen = hasBegun || isPaused;
    this.#words.name = state;
    this.#words.textContent = PLAYER_WORDS[state];
    this.#message.className = !isSeen ? "" : state === "live" ? "unseen" : "over";
    const action = (state === "idle" && this.#isLeft) || state === "failed"
      ? "watch"
      : isPaused
      ? "play"
      : hasBegun && isMutedByBrowser
      ? "unmute"
      : null;
    this.#button.hidden = !action;
    this.#button.className = isSeen ? "low" : "";
    if (action) this.#action.textContent = PLAYER_ACTIONS[this.#action.name = action];
    if (state === before) return;
    this.#host.setAttribute("state", state);
    this.#tell("statechange", { state });
  }

  #tell<T extends keyof TributaryPlayerEvents>(type: T, detail: TributaryPlayerEvents[T]): void {
    this.#host.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function make<T extends keyof HTMLElementTagNameMap>(tag: T): HTMLElementTagNameMap[T] {
  return document.createElement(tag);
}
