/**
 * The devices to choose from, and which of them is meant by a choice that was made some other day.
 * Pure. This module is browser compatible.
 */

/** What is known of a device; before permission is given, ids and labels are empty. */
export interface Device {
  kind: string;
  deviceId: string;
  label: string;
}

/** One entry of a list of devices. */
export interface DeviceOption {
  id: string;
  label: string;
}

/** What stands for no microphone at all. */
export const NO_MICROPHONE = "none";

/** Chromium's name for what Windows is set to for calls; the device itself is in the list as well. */
const STAND_IN = "communications";

/** Returns the devices of a kind that can be told apart, with a number where the browser names none. */
export function deviceOptions(
  devices: readonly Device[],
  kind: "videoinput" | "audioinput",
): DeviceOption[] {
  const word = kind === "videoinput" ? "Camera" : "Microphone";
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== "")
    .filter(({ deviceId }) => deviceId !== STAND_IN)
    .map(({ deviceId, label }, i) => ({ id: deviceId, label: label || `${word} ${i + 1}` }));
}

/** Returns what to ask the browser for: the device that was chosen if it is there, else any. */
export function deviceConstraint(
  chosen: string | null,
  options: readonly DeviceOption[],
): { deviceId?: { exact: string } } {
  // One that only "would be nice" loses against another whose picture is larger.
  const isThere = options.some(({ id }) => id === chosen);
  return isThere ? { deviceId: { exact: chosen! } } : {};
}
