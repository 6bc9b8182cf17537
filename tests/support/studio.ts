/** What people do in the studio, as tests of everything else need it. */
import type { Page } from "playwright-core";

/** Goes live under a name, and resolves when the broadcast is live. */
export async function goLive(studio: Page, name: string): Promise<void> {
  await pressGoLive(studio, name);
  await untilLive(studio);
}

/** Gives a name and presses the button, whatever comes of it. */
export async function pressGoLive(studio: Page, name: string): Promise<void> {
  await studio.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await studio.getByRole("button", { name: "Go live" }).click();
}

/** Resolves when the studio is live. */
export async function untilLive(studio: Page): Promise<void> {
  await studio.getByRole("button", { name: "End broadcast" }).waitFor();
}

/** Ends the broadcast, and says so again when asked. */
export async function endBroadcast(studio: Page): Promise<void> {
  await studio.getByRole("button", { name: "End broadcast" }).click();
  await studio.getByRole("button", { name: "End for everyone" }).click();
}
