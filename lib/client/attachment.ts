/**
 * What ties a viewer to one parent: the link, the parent's id, which comes with its answer, and the
 * watch over what the link brings, how old that is and what is lost. Knows nothing of the search for parents.
 * This module is browser compatible.
 */
import { LatencyMeter } from "./latency/latency_meter.ts";
import { Link } from "./link.ts";
import type { LinkFigures } from "./links/figures.ts";
import { LossRate } from "./links/loss_rate.ts";
import { PictureWatch } from "./picture_watch.ts";
import { countWatched } from "./stats.ts";

/** One tie to a parent, in the making or made. */
export class Attachment {
  readonly link: Link;
  readonly watch: PictureWatch;
  readonly latency: LatencyMeter;
  readonly #lossRate = new LossRate();
  /** The parent's id; null before its answer, and when it has become something else. */
  peer: string | null = null;

  constructor(configuration: RTCConfiguration) {
    this.link = new Link(configuration);
    this.watch = new PictureWatch(this.link);
    this.latency = new LatencyMeter(this.link);
    this.link.on("reports", (reports) => {
      this.#lossRate.note(countWatched(reports), performance.now());
    });
  }

  /** How the link does, at this end. */
  get figures(): LinkFigures {
    const { latencyMs, roundTripMs } = this.latency;
    return { latencyMs, roundTripMs, loss: this.#lossRate.loss };
  }

  /** Ends the link, and the watch with it. */
  close(): void {
    this.watch.stop();
    this.link.close();
  }
}
