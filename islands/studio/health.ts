/**
 * How well the broadcast goes, in one word and with its reason: from what the SDK counts of the links
 * that the broadcaster sends over, and from what the studio knows itself. Pure.
 * This module is browser compatible.
 */
import type { SendingLink } from "../../lib/client/sending.ts";
import type { Stopped } from "./sources/source_kind.ts";

/** The words, from the best to the worst. */
export type HealthWord = "Good" | "Fair" | "Poor";

/** Why it is not better. */
export type HealthReason =
  | "alone"
  | "well"
  | "upload"
  | "processor"
  | "one_viewer"
  | "service"
  | `${Stopped}_stopped`;

/** How the broadcast is. */
export interface Health {
  word: HealthWord;
  reason: HealthReason;
}

/** What it is judged by. */
export interface HealthReading {
  /** False while the service is not reached. */
  isConnected: boolean;
  /** What has stopped by itself and was not replaced. */
  stopped: Stopped | null;
  /** The links of this look and of the one before, by which the last seconds are judged. */
  links: readonly SendingLink[];
  formerLinks: readonly SendingLink[];
}

const NO_SCREEN =
  "Your screen is not shared any more. Viewers see a card until you show something.";

/** A sentence for each reason. */
export const HEALTH_SENTENCES: Record<HealthReason, string> = {
  alone: "Everything is ready for viewers.",
  well: "Your viewers get all you send.",
  upload: "Your upload is too slow for this quality. Choose a lower one.",
  processor: "Your device is too busy to keep up. Choose a lower quality, or close other programs.",
  one_viewer: "The connection to one of your viewers is slow. The others get all you send.",
  service: "The connection to the service is lost. Nobody new can join until it is back.",
  camera_stopped: "Your camera stopped. Viewers see a card until you turn it on again.",
  inset_stopped: "Your camera stopped. Viewers see your screen without it.",
  screen_stopped: NO_SCREEN,
  both_stopped: NO_SCREEN,
  file_stopped: "Your video is closed. Viewers see a card until you show something.",
};

/** Sources that give fewer pictures than this, as screens do, say nothing about the rate. */
const MIN_SOURCE_RATE = 5;

/** Of the pictures that the source gives: below the first it is seen, below the second it hurts. */
const FAIR_SHARE = 0.8;
const POOR_SHARE = 0.5;

/** Of the packets: what is sent again anyway, and what no sending again makes good. */
const FAIR_LOSS = 0.03;
const POOR_LOSS = 0.1;

/** An encoder that needs more of the time between two pictures has none left for the next viewer. */
const BUSY_SHARE = 0.9;

const WORDS: HealthWord[] = ["Good", "Fair", "Poor"];

/** Judges one look. */
export function judgeHealth(
  { isConnected, stopped, links, formerLinks }: HealthReading,
): Health {
  if (stopped && stopped !== "inset") return { word: "Poor", reason: `${stopped}_stopped` };
  if (!isConnected) return { word: "Poor", reason: "service" };
  if (stopped) return { word: "Fair", reason: "inset_stopped" };
  if (links.length === 0) return { word: "Good", reason: "alone" };
  const judged = links.map((link) => judgeLink(link, formerLinks.find(({ id }) => id === link.id)));
  const bad = judged.filter(({ word }) => word !== "Good");
  if (bad.length === 0) return { word: "Good", reason: "well" };
  const busy = bad.filter(({ reason }) => reason === "processor");
  if (busy.length > 0) return worstOf(busy);
  // Whatever is wrong with one's own upload is wrong with most links that share it.
  if (links.length > 1 && bad.length * 2 < links.length) {
    return { word: "Fair", reason: "one_viewer" };
  }
  return worstOf(bad);
}

/**
 * Takes the better of this look and the last one: links that are new begin narrow, and a change of
 * source has the encoders begin anew; only what lasts is worth a word.
 */
export function steadyHealth(last: Health | null, next: Health): Health {
  if (!last || isOwn(next.reason)) return next;
  return rank(last) < rank(next) ? last : next;
}

/** What the studio knows for certain. */
function isOwn(reason: HealthReason): boolean {
  return reason === "service" || reason.endsWith("_stopped");
}

function judgeLink(link: SendingLink, former: SendingLink | undefined): Health {
  const { sourceFramesPerSecond: given, framesPerSecond: left, limitedBy } = link;
  const hasRate = given !== null && left !== null && given >= MIN_SOURCE_RATE;
  const share = hasRate ? left / given : 1;
  const lost = former ? link.packetsLost - former.packetsLost : 0;
  const sent = former ? link.packetsSent - former.packetsSent : 0;
  const loss = sent > 0 ? Math.max(0, lost) / sent : 0;
  const frames = former ? link.framesEncoded - former.framesEncoded : 0;
  const frameMs = frames > 0 ? (link.encodeMs - former!.encodeMs) / frames : 0;
  const isBusy = hasRate && frameMs > BUSY_SHARE * 1000 / given;
  const word = share < POOR_SHARE || loss > POOR_LOSS
    ? "Poor"
    : share < FAIR_SHARE || loss > FAIR_LOSS || limitedBy === "cpu"
    ? "Fair"
    : "Good";
  if (word === "Good") return { word, reason: "well" };
  return { word, reason: limitedBy === "cpu" || isBusy ? "processor" : "upload" };
}

function worstOf(all: readonly Health[]): Health {
  return all.reduce((worst, next) => rank(next) > rank(worst) ? next : worst);
}

function rank({ word }: Health): number {
  return WORDS.indexOf(word);
}
