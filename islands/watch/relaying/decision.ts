/**
 * Whether this browser passes on what it watches: as its owner has chosen, else unless that would
 * cost money or the rest of a battery. Pure. This module is browser compatible.
 */

/** What is known of the device. */
export interface DeviceFacts {
  /** The browser was told to be sparing with data, or the connection is that of a mobile phone. */
  isMetered: boolean;
  /** Null where there is none, or browsers do not say. */
  battery: { isCharging: boolean; level: number } | null;
}

/** What was decided, and why. */
export interface RelayingDecision {
  isOn: boolean;
  /** `usual`: nothing speaks against it. */
  why: "chosen" | "metered" | "battery" | "usual";
}

/** Below this share a battery is not to be used for others. */
export const POOR_BATTERY = 0.2;

/** Decides; `chosen` is null while nobody has chosen. */
export function decideRelaying(
  chosen: boolean | null,
  { isMetered, battery }: DeviceFacts,
): RelayingDecision {
  if (chosen !== null) return { isOn: chosen, why: "chosen" };
  if (isMetered) return { isOn: false, why: "metered" };
  if (battery && !battery.isCharging && battery.level < POOR_BATTERY) {
    return { isOn: false, why: "battery" };
  }
  return { isOn: true, why: "usual" };
}

/** The one line in sight, before anything is opened. */
export function summarizeRelaying({ isOn }: RelayingDecision, children: number): string {
  if (!isOn) return "You do not pass the stream on";
  if (children === 0) return "Watching also passes the stream on";
  return `You pass the stream on to ${children === 1 ? "1 viewer" : `${children} viewers`}`;
}

/** What is said below the switch. */
export function explainRelaying({ isOn, why }: RelayingDecision): string {
  if (isOn) return "It uses some of your upload, and stops when you leave.";
  switch (why) {
    case "metered":
      return "Off, because your connection may cost you by what it carries.";
    case "battery":
      return "Off, because your battery is low. It goes on when you charge it.";
    default:
      return "Off. Others get the stream elsewhere; nothing changes for you.";
  }
}
