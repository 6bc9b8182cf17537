/**
 * Finds Chromium for the browser tests, installs it where that can be done without asking, and
 * starts it with a pretended camera and microphone: a moving picture and a beep every second.
 */
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Candidates with mDNS names cannot be resolved where there is no multicast, as in containers.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/** What `launchChromium` can be told. */
export interface LaunchOptions {
  /** Flags not to be given. */
  without?: string[];
  /** Flags to be given as well. */
  flags?: string[];
}

/** Starts Chromium without a window; whoever calls this closes it. */
export async function launchChromium(
  { without = [], flags = [] }: LaunchOptions = {},
): Promise<Browser> {
  return await chromium.launch({
    executablePath: await findChromium(),
    args: [...FLAGS.filter((flag) => !without.includes(flag)), ...flags],
    // Its default hides scroll bars and mutes the sound; the sound is what we listen to.
    ignoreDefaultArgs: ["--mute-audio"],
    timeout: 30_000,
  });
}

/**
 * Returns the path of Chromium: CHROMIUM_PATH, or what is on PATH or in a known place, or else what
 * apt-get installs for root.
 *
 * @throws {Error} whose one line says what to do
 */
export async function findChromium(): Promise<string> {
  const named = Deno.env.get("CHROMIUM_PATH");
  if (named) {
    if (await isFile(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, but there is no such file`);
  }
  const found = await search();
  if (found) return found;
  await install();
  const installed = await search();
  if (installed) return installed;
  throw new Error(
    "Chromium was not found: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH",
  );
}

async function search(): Promise<string | null> {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const paths = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  for (const path of [...paths, ...PLACES]) {
    if (await isFile(path)) return path;
  }
  return null;
}

/** Installs Debian's Chromium; does nothing without root or apt-get, and nothing if it fails. */
async function install(): Promise<void> {
  if (Deno.uid() !== 0 || !await isFile("/usr/bin/apt-get")) return;
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    await new Deno.Command("apt-get", {
      args: ["-q", ...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).output();
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
