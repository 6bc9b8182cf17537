/** Whether the colours of the design language can be told from each other, by WCAG 2.2 (1.4.3, 1.4.11). */
import { assert, assertEquals } from "@std/assert";
import { readLanguage } from "../support/design_language.ts";

/** Colours that are written in, and what they are written on. */
const TEXTS: [inks: string[], grounds: string[]][] = [
  [["ink", "ink-soft", "water", "water-strong", "live"], ["mist", "surface", "sunk"]],
  [["ink"], ["chosen"]],
  [["on-water"], ["water", "water-strong"]],
  [["on-live"], ["live"]],
  [["warn-ink", "water", "live"], ["warn-surface"]],
  [Array.from({ length: 8 }, (_, i) => `voice-${i}`), ["surface", "sunk"]],
  [["on-stage", "on-stage-soft", "stage-water-strong"], ["stage", "stage-deep"]],
  [["on-stage", "on-stage-strong"], ["stage-tint", "stage-tint-strong"]],
  // Over whatever a picture shows.
  [["on-stage", "on-stage-soft", "stage-water", "stage-ember"], ["stage-panel"]],
  [["on-stage"], ["stage-veil"]],
  [["on-stage-water"], ["stage-water", "stage-water-strong"]],
  [["print"], ["paper", "paper-tinted"]],
];

/** Lines and signs that say something, and what they are drawn on. */
const SIGNS: [signs: string[], grounds: string[]][] = [
  // Edges of fields, the ring of the focus.
  [["line-strong", "water"], ["mist", "surface", "sunk"]],
  // Links and marks of the tree, in its picture and in its legend.
  [["river", "link-2", "link-3", "live", "warn-ink", "water-strong"], ["mist", "surface"]],
  [["river", "ink"], ["mist"]],
  [["stage-water", "stage-water-strong", "live-bright", "stage-line"], ["stage"]],
  [["stage-water", "stage-ember", "live-bright"], ["stage-tint"]],
  [["live-bright"], ["stage-veil"]],
];

/** What lies below a ground that lets something through. */
const BELOW: Record<string, string> = {
  "stage-tint": "stage",
  "stage-tint-strong": "stage",
  "stage-veil": "paper",
  "stage-panel": "paper",
};

type Colour = [red: number, green: number, blue: number, alpha: number];

for (const scheme of ["light", "dark"] as const) {
  Deno.test(`in ${scheme}, text can be read and signs can be seen`, async () => {
    const language = (await readLanguage())[scheme];
    const of = (name: string): Colour => parse(language, `var(--${name})`);
    for (const [pairs, least] of [[TEXTS, 4.5], [SIGNS, 3]] as const) {
      for (const [fronts, grounds] of pairs) {
        for (const ground of grounds) {
          const below = BELOW[ground];
          const back = below === undefined ? of(ground) : over(of(ground), of(below));
          for (const front of fronts) {
            const contrast = contrastOf(over(of(front), back), back);
            assert(contrast >= least, `${front} on ${ground}: ${contrast.toFixed(2)} to 1`);
          }
        }
      }
    }
  });
}

Deno.test("contrastOf() counts as WCAG does", () => {
  const [black, white, grey]: Colour[] = [[0, 0, 0, 1], [255, 255, 255, 1], [118, 118, 118, 1]];
  assertEquals(contrastOf(black!, white!).toFixed(2), "21.00");
  assertEquals(contrastOf(grey!, white!).toFixed(2), "4.54");
});

function parse(language: Map<string, string>, value: string): Colour {
  const [, name] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
  if (name) return parse(language, language.get(name)!);
  const hex = /^#(..)(..)(..)$/.exec(value);
  if (hex) return [...hex.slice(1).map((part) => parseInt(part, 16)), 1] as Colour;
  const [red, green, blue, alpha] = value.match(/\d+/g)!.map(Number);
  return [red!, green!, blue!, alpha! / 100];
}

/** What is seen of a colour on another that nothing shines through. */
function over([red, green, blue, alpha]: Colour, below: Colour): Colour {
  const mix = (value: number, i: number) => value * alpha + below[i]! * (1 - alpha);
  return [mix(red, 0), mix(green, 1), mix(blue, 2), 1];
}

function contrastOf(one: Colour, other: Colour): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter! + 0.05) / (darker! + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  const linear = (value: number) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
