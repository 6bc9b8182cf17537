/**
 * Chooses which names are written into a picture: as many as there is room for, those near the source
 * first, so that none lies on another or on a mark. All others are shown when somebody points at them.
 * Pure. This module is browser compatible.
 */
import type { Layout, Spot } from "./layout.ts";

/** How a name is written. */
export interface Label {
  text: string;
  /** A second line, below the mark where the name is above it; empty where there is no room. */
  note: string;
  /** Beside the mark, or above it where its links go on. */
  place: "beside" | "above";
}

/** What can be written. */
export interface Texts {
  text: string;
  note: string;
}

/** What a letter takes, on the average, in pixels; letters of Asia take twice of it. */
const LETTER = 7.6;

/** A line of text. */
const LINE = 15;

/** Names are cut to the one where there is room for it, or else to the other. */
const LONG = 22;
const SHORT = 9;

/** From a mark to its name. */
const DISTANCE = 12;

interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Chooses; `textsOf` says what could be written. */
export function chooseLabels(
  { spots, width, height }: Layout,
  textsOf: (spot: Spot) => Texts,
): Map<string, Label> {
  const taken = new Areas(
    spots.map(({ x, y, height }) => areaAround(x, y, 10, height)),
    { left: 0, right: width - 4, top: 0, bottom: height },
  );
  const labels = new Map<string, Label & { spot: Spot; area: Area }>();
  for (const spot of spots) {
    const { text, note } = textsOf(spot);
    const place = spot.node.children.length === 0 ? "beside" : "above";
    for (const choice of new Set([shorten(text, LONG), shorten(text, SHORT)])) {
      const area = place === "beside" ? besideOf(spot, choice) : aboveOf(spot, choice);
      if (!taken.take(area)) continue;
      labels.set(spot.node.id, { spot, area, text: choice, note, place });
      break;
    }
  }
  // Names first: figures are told by the card as well.
  for (const label of labels.values()) {
    const { spot, area, note, place } = label;
    const second = place === "beside"
      ? { ...besideOf(spot, note), top: spot.y - LINE, bottom: spot.y + LINE }
      : belowOf(spot, note);
    if (note !== "" && !taken.take(second, area)) label.note = "";
  }
  return labels;
}

function areaAround(x: number, y: number, width: number, height: number): Area {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function besideOf({ x, y }: Spot, text: string): Area {
  const width = lengthOf(text) * LETTER;
  return areaAround(x + DISTANCE - 2 + width / 2, y, width, LINE);
}

function aboveOf({ x, y, height, parent }: Spot, text: string): Area {
  const width = lengthOf(text) * LETTER;
  const bottom = y - Math.max(height / 2, parent ? 0 : DISTANCE) - 3;
  // The source has nothing on its left.
  return areaAround(parent ? x : x - DISTANCE + width / 2, bottom - LINE / 2, width, LINE);
}

function belowOf({ x, y, height }: Spot, text: string): Area {
  return areaAround(x, y + height / 2 + 3 + LINE / 2, lengthOf(text) * LETTER, LINE);
}

/** Areas that are taken, by the stripes of the picture that they lie in. */
class Areas {
  readonly #stripes = new Map<number, Area[]>();

  readonly #whole: Area;

  constructor(areas: readonly Area[], whole: Area) {
    this.#whole = whole;
    areas.forEach((area) => this.#add(area));
  }

  /** Takes an area, unless something else than `own` lies in it, or it is not whole in the picture. */
  take(area: Area, own?: Area): boolean {
    const { left, right, top, bottom } = this.#whole;
    if (area.left < left || area.right > right || area.top < top || area.bottom > bottom) {
      return false;
    }
    for (const stripe of stripesOf(area)) {
      for (const other of this.#stripes.get(stripe) ?? []) {
        const { left, right, top, bottom } = other;
        if (other === own) continue;
        const isBeside = right <= area.left || left >= area.right;
        if (!isBeside && bottom > area.top && top < area.bottom) return false;
      }
    }
    this.#add(area);
    return true;
  }

  #add(area: Area): void {
    for (const stripe of stripesOf(area)) {
      const areas = this.#stripes.get(stripe);
      if (areas) areas.push(area);
      else this.#stripes.set(stripe, [area]);
    }
  }
}

function* stripesOf({ top, bottom }: Area): Generator<number> {
  for (let y = Math.floor(top / LINE); y <= Math.floor(bottom / LINE); y++) yield y;
}

/** Cuts a text where it does not fit, at whole letters. */
export function shorten(text: string, room: number): string {
  if (lengthOf(text) <= room) return text;
  let taken = 1;
  let kept = "";
  for (const letter of lettersOf(text)) {
    taken += isWide(letter) ? 2 : 1;
    if (taken > room) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

function lengthOf(text: string): number {
  return lettersOf(text).reduce((sum, letter) => sum + (isWide(letter) ? 2 : 1), 0);
}

/** What counts as letters to people. */
const segmenter = new Intl.Segmenter();
/** Names come again with each picture. */
const known = new Map<string, string[]>();

function lettersOf(text: string): string[] {
  const letters = known.get(text) ??
    Array.from(segmenter.segment(text), ({ segment }) => segment);
  if (known.size > 2_000) known.clear();
  known.set(text, letters);
  return letters;
}

function isWide(letter: string): boolean {
  return letter.codePointAt(0)! >= 0x1100;
}
