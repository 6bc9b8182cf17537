/**
 * The configuration of new links: what the page gave, and the ICE servers that the operator of the
 * service gave. TURN credentials run out, and a relay may get children for hours, so they are
 * fetched again now and then.
 * This module is browser compatible.
 */

/** Credentials are rarely given for less than an hour; this is far below it, and rare enough. */
const MAX_AGE_MS = 5 * 60_000;

/** Keeps the configuration for RTCPeerConnections fresh. */
export class IceServers {
  readonly #base: RTCConfiguration;
  readonly #fetch: () => Promise<RTCIceServer[]>;
  #latest: RTCIceServer[] = [];
  #expiresAt = -Infinity;
  /** Children may come many at a time; one answer serves them all. */
  #fetching: Promise<void> | null = null;

  /** @param fetch asks the service for its ICE servers */
  constructor(base: RTCConfiguration, fetch: () => Promise<RTCIceServer[]>) {
    // One transport for sound and picture; every browser that can be a peer supports it.
    this.#base = { bundlePolicy: "max-bundle", ...base };
    this.#fetch = fetch;
  }

  /** Returns what is known now. */
  get latest(): RTCConfiguration {
    return { ...this.#base, iceServers: [...this.#base.iceServers ?? [], ...this.#latest] };
  }

  /** Returns a fresh configuration, or the latest one where the service does not answer. */
  async fresh(): Promise<RTCConfiguration> {
    if (performance.now() >= this.#expiresAt) await (this.#fetching ??= this.#refresh());
    return this.latest;
  }

  async #refresh(): Promise<void> {
    try {
      this.#latest = await this.#fetch();
      this.#expiresAt = performance.now() + MAX_AGE_MS;
    } catch {
      // What is known may still do; the next link asks again.
    } finally {
      this.#fetching = null;
    }
  }
}
