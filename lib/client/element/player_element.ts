/**
 * `<tributary-player name="...">`: a broadcast in any page that loads the SDK. Only its outside is
 * here: attributes, properties, methods. What it shows and does comes in a module of its own,
 * player_view.ts, when the first one is put into a document: pages that use the SDK without it do not
 * pay for it.
 * This module is browser compatible.
 */
import { defaultService } from "../default_url.ts";
import type { TributaryStats } from "../stats.ts";
import { Tributary } from "../tributary.ts";
import type { PlayerState } from "../visit/player_state.ts";
import type { PlayerView } from "./player_view.ts";

/** What player_view.ts is bundled into; it is found next to the SDK. */
const VIEW_MODULE = "./tributary-player.js";

/** Where there is no page, as on a server, the SDK can still be loaded. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** See the module's paragraph, and docs/EMBEDDING.md for how it is used. */
export class TributaryPlayer extends Base {
  static readonly observedAttributes = ["name", "server", "muted", "controls", "relay"];

  readonly #root: ShadowRoot;
  #view: PlayerView | null = null;
  #loading: Promise<PlayerView> | null = null;

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: "open" });
  }

  /** Which broadcast; another one can be set at any time. */
  get name(): string {
    return this.getAttribute("name") ?? "";
  }
  set name(name: string) {
    this.setAttribute("name", name);
  }

  /** Any address of the service; by default this script came from there. */
  get server(): string {
    return this.getAttribute("server") || defaultService();
  }
  set server(server: string) {
    this.setAttribute("server", server);
  }

  /** Whether it is to be silent; the browser may have it silent anyway, until somebody unmutes it. */
  get muted(): boolean {
    return this.hasAttribute("muted");
  }
  set muted(muted: boolean) {
    this.toggleAttribute("muted", muted);
  }

  /** Whether the browser's controls are shown. */
  get controls(): boolean {
    return this.hasAttribute("controls");
  }
  set controls(controls: boolean) {
    this.toggleAttribute("controls", controls);
  }

  /** Whether what is watched is passed on to others; without the attribute, where that costs nothing. */
  get relay(): boolean {
    const said = this.getAttribute("relay");
    return said === "on" || (said !== "off" && !isMetered());
  }
  set relay(relay: boolean) {
    this.setAttribute("relay", relay ? "on" : "off");
  }

  get state(): PlayerState {
    return this.#view?.state ?? "idle";
  }

  /** What is shown; null without a picture or sound. */
  get stream(): MediaStream | null {
    return this.#view?.stream ?? null;
  }

  /** Watches, again if it was left, and with sound unless it is to be silent; called in a click. */
  async play(): Promise<void> {
    await (this.#view ?? await this.#load()).play();
  }

  /** Stops watching, until `play` is called or another name is set. */
  async leave(): Promise<void> {
    (this.#view ?? await this.#load()).leave();
  }

  connectedCallback(): void {
    // What a page has set before this class was there hides the properties of the same names.
    for (const name of TributaryPlayer.observedAttributes as ("name" | "server")[]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (this as Partial<this>)[name];
      this[name] = value;
    }
    if (this.#view) this.#view.handlePlace();
    else this.#load().catch((detail) => this.dispatchEvent(new CustomEvent("error", { detail })));
  }

  /** Moved without having been taken out: everything goes on. */
  connectedMoveCallback(): void {}

  disconnectedCallback(): void {
    this.#view?.handlePlace();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before !== now) this.#view?.handleAttribute(name);
  }

  #load(): Promise<PlayerView> {
    return this.#loading ??= (async () => {
      try {
        const { PlayerView } = await import(new URL(VIEW_MODULE, import.meta.url).href);
        return this.#view = new PlayerView(this, this.#root, Tributary);
      } catch (error) {
        this.#loading = null;
        throw error;
      }
    })();
  }
}

/** What the events of a player carry in `detail`. */
export interface TributaryPlayerEvents {
  statechange: { state: PlayerState };
  /** `viewers` is null while the service has not said it. */
  stats: TributaryStats & { viewers: number | null };
  error: Error;
}

/** Makes the element known to the browser, unless another copy of the SDK has done so. */
export function definePlayer(): void {
  const registry = globalThis.customElements;
  if (registry && !registry.get("tributary-player")) {
    registry.define("tributary-player", TributaryPlayer);
  }
}

/** Whether the visitor may have to pay for what is sent; only some browsers tell. */
function isMetered(): boolean {
  const { connection } = navigator as {
    connection?: { saveData?: boolean; type?: string };
  };
  return connection?.saveData === true || connection?.type === "cellular";
}

declare global {
  interface HTMLElementTagNameMap {
    "tributary-player": TributaryPlayer;
  }
}
