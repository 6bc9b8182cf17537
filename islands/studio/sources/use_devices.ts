/**
 * The cameras and microphones there are, as they come and go. Labels are known once permission is
 * given, so the list is read again whenever something was opened.
 */
import { useEffect, useState } from "preact/hooks";
import { type DeviceOption, deviceOptions } from "./device_list.ts";

/** What can be chosen from; empty until the browser tells. */
export interface Devices {
  cameras: DeviceOption[];
  microphones: DeviceOption[];
}

/** Keeps the lists; reads them again when `stream` is another one. */
export function useDevices(stream: MediaStream | null): Devices {
  const [devices, setDevices] = useState<Devices>({ cameras: [], microphones: [] });
  useEffect(() => {
    const { mediaDevices } = navigator;
    if (!mediaDevices?.enumerateDevices) return;
    let isCurrent = true;
    const read = async () => {
      const all = await mediaDevices.enumerateDevices().catch(() => []);
      if (!isCurrent) return;
      setDevices({
        cameras: deviceOptions(all, "videoinput"),
        microphones: deviceOptions(all, "audioinput"),
      });
    };
    read();
    mediaDevices.addEventListener("devicechange", read);
    return () => {
      isCurrent = false;
      mediaDevices.removeEventListener("devicechange", read);
    };
  }, [stream]);
  return devices;
}
