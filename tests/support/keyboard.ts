/**
 * A page as those have it who use nothing but the keyboard: what Tab leads to, in which order, and
 * whether one sees where one is.
 */
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";

/** A page that needs more presses than these lets nobody out. */
const MOST_PRESSES = 150;

/** Something to press, to write in or to choose. */
interface Control {
  name: string;
  /** The part of the page that it belongs to, by that part's place. */
  part: number;
  box: { left: number; right: number; top: number; bottom: number };
}

/** What has the focus. */
interface Stop {
  /** Its place in the list of controls, or behind it for what is none; -1 for nothing. */
  index: number;
  /** What is wrong with how it shows that; empty when nothing is. */
  fault: string;
}

/**
 * Goes through a page, or through its open dialog, with Tab, and asserts that every control is reached
 * in the order of the page, that each shows where one is, and that the end leads out.
 */
export async function assertReachable(page: Page, what: string): Promise<void> {
  const controls = await page.evaluate(findControls);
  assert(controls.length > 0, `${what} has nothing to press`);
  assertEquals(backwards(controls), [], `the order of ${what}`);
  await page.evaluate(toBeginning);
  const stops: Stop[] = [];
  for (let presses = 0;; presses++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(lookAtFocus);
    if (stop.index < 0 || stop.index === stops[0]?.index) break;
    // A frame, or a player in its shadow, has several stops.
    if (stop.index !== stops.at(-1)?.index) stops.push(stop);
    assert(presses < MOST_PRESSES, `${what} lets nobody out`);
  }
  const nameOf = (index: number) => controls[index]?.name;
  // What scrolls is reached besides.
  const reached = stops.map(({ index }) => nameOf(index)).filter((name) => name !== undefined);
  assertEquals(reached, controls.map(({ name }) => name), `what Tab leads to in ${what}`);
  const faults = stops.filter(({ fault }) => fault !== "")
    .map(({ index, fault }) => `${nameOf(index) ?? "what scrolls"} ${fault}`);
  assertEquals(faults, [], `the focus in ${what}`);
}

/** Presses Tab until something has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${target}`);
}

/** Tells whether something has the focus. */
export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** Lists the steps within one part of a page that lead up without leading to the right. */
function backwards(controls: readonly Control[]): string[] {
  return controls.flatMap((control, i) => {
    const former = controls[i - 1];
    if (!former || former.part !== control.part) return [];
    const isUp = control.box.bottom <= former.box.top;
    const isRight = control.box.left >= former.box.right;
    return isUp && !isRight ? [`from ${former.name} up to ${control.name}`] : [];
  });
}

/** Lists what Tab should lead to, in the order of the page, and remembers it there; runs in the page. */
function findControls(): Control[] {
  const parts = "section, aside, header, nav, footer, form, fieldset, dialog, li";
  const allParts = [...document.querySelectorAll(parts)];
  const root = document.querySelector("dialog:modal") ?? document;
  const chosen = (radio: HTMLInputElement) => {
    const group = [...document.getElementsByName(radio.name)] as HTMLInputElement[];
    return group.find(({ checked }) => checked) ?? group[0];
  };
  const controls = [...root.querySelectorAll<HTMLElement>("*")]
    .filter((element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.matches(":disabled, [inert] *")) return false;
      // Its stops are in its shadow.
      if (element.matches("tributary-player")) return true;
      // Of those among which one chooses one is a stop; arrows lead to the others.
      if (element.matches("input[type=radio]")) return element === chosen(element as never);
      return element.tabIndex >= 0 &&
        element.matches("a[href], button, input, select, textarea, summary, iframe, [tabindex]");
    });
  Object.assign(globalThis, { stops: [...controls] });
  return controls.map((element) => {
    const label = (element as HTMLInputElement).labels?.[0]?.textContent;
    const words = element.ariaLabel ?? label ?? element.textContent ?? "";
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return {
      name: `${element.localName}: ${words.replace(/\s+/g, " ").trim().slice(0, 40)}`,
      part: allParts.indexOf(element.closest(parts)!),
      box: { left, right, top, bottom },
    };
  });
}

/** Puts the focus before the first control, whatever was pressed last; runs in the page. */
function toBeginning(): void {
  const start = document.querySelector<HTMLElement>("dialog:modal") ?? document.body;
  start.tabIndex = -1;
  start.focus({ preventScroll: true });
  start.removeAttribute("tabindex");
}

/** Says what has the focus and whether one sees it; runs in the page. */
function lookAtFocus(): Stop {
  const focused = document.activeElement ?? document.body;
  if (focused.matches("html, body, dialog")) return { index: -1, fault: "" };
  const { stops } = globalThis as unknown as { stops: Element[] };
  if (!stops.includes(focused)) stops.push(focused);
  const index = stops.indexOf(focused);
  // What is inside of these shows it.
  const isHost = focused.matches("iframe, tributary-player");
  return { index, fault: isHost ? "" : faultOf(focused) };

  function faultOf(element: Element): string {
    // The input of a segment lies over its words, and is never seen itself.
    const opacityProperty = !element.matches("input[type=radio]");
    if (!element.checkVisibility({ opacityProperty })) return "is not seen";
    // The ring may be around the words that belong to it, or around the card that it opens.
    let at: Element | null = element;
    for (let i = 0; at && i < 4; i++, at = at.parentElement) {
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(at);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) continue;
      return cutOf(at, parseFloat(outlineOffset) + parseFloat(outlineWidth));
    }
    return "has no ring";
  }

  /** Tells whether a ring is cut off at more than one side by something around it. */
  function cutOf(element: Element, reach: number): string {
    const ring = sidesOf(element).map((side) => side + reach);
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === "visible") continue;
      const limits = sidesOf(at);
      const cut = ring.filter((side, i) => side > limits[i]! + 1).length;
      if (cut > 1) return `has a ring that .${at.className} cuts off`;
    }
    return "";
  }

  /** How far it reaches to the left, to the right, up and down. */
  function sidesOf(element: Element): number[] {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [-left, right, -top, bottom];
  }
}
