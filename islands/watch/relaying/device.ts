/**
 * What browsers say about the device's connection and battery, as far as they do: Chromium and those
 * built on it.
 */
import type { DeviceFacts } from "./decision.ts";

interface Connection extends EventTarget {
  saveData?: boolean;
  type?: string;
}

interface Battery extends EventTarget {
  charging: boolean;
  level: number;
}

type Device = Navigator & {
  connection?: Connection;
  getBattery?: () => Promise<Battery>;
};

/** Calls `onChange` with what is known now, and whenever that changes, until the returned function is called. */
export function watchDevice(onChange: (facts: DeviceFacts) => void): () => void {
  const { connection } = navigator as Device;
  const ending = new AbortController();
  const { signal } = ending;
  let battery: Battery | null = null;
  const tell = () =>
    onChange({
      isMetered: connection?.saveData === true || connection?.type === "cellular",
      battery: battery && { isCharging: battery.charging, level: battery.level },
    });
  connection?.addEventListener("change", tell, { signal });
  tell();
  (navigator as Device).getBattery?.().then((found) => {
    if (signal.aborted) return;
    battery = found;
    for (const name of ["chargingchange", "levelchange"]) {
      found.addEventListener(name, tell, { signal });
    }
    tell();
  }, () => {
    // Not for this page: then nothing is known of it.
  });
  return () => ending.abort();
}
