/**
 * Devices that open when a test says so, for the studio's sources outside of a browser: what comes in
 * which order is what they are about. Pictures are neither made nor read.
 */
import { Camera } from "../../lib/client/camera.ts";
import type { Client } from "../../islands/parts/client.ts";

/** A track of a device, a screen, or of what is painted. */
export class PretendedTrack extends EventTarget {
  readonly id = crypto.randomUUID();
  readyState = "live";
  enabled = true;
  contentHint = "";

  constructor(readonly kind: "audio" | "video", readonly deviceId: string) {
    super();
  }

  getSettings() {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** Ends as when its cable is pulled. */
  unplug(): void {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

class PretendedStream {
  constructor(readonly tracks: PretendedTrack[]) {}

  getTracks() {
    return this.tracks;
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === "video");
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }
}

type Wanted = Partial<Record<"audio" | "video", { deviceId?: { exact: string } } | false>>;

/** Somebody who waits for devices. */
export interface Asked {
  /** The ids that were asked for, or kinds where any will do. */
  wanted: string[];
  /** Opens them. */
  open(): void;
  /** Fails with an error of the browser. */
  fail(name: string): void;
}

/** What a test works with. */
export interface PretendedDevices {
  client: Client;
  /** Those that were asked for, in their order. */
  asked: Asked[];
  /** All that were opened. */
  opened: PretendedTrack[];
  /** Is handed out by the next that asks for a screen. */
  screen: PretendedTrack;
  /** Opens whatever is asked for from now on, or what is among these ids. */
  openAll(ids?: string[]): void;
}

const DEVICES = ["camera-1", "camera-2", "microphone-1", "microphone-2"].map((deviceId) => ({
  deviceId,
  kind: deviceId.startsWith("camera") ? "videoinput" : "audioinput",
  label: deviceId,
}));

/** Runs `body` in a world with two cameras, two microphones and a screen. */
export async function withPretendedDevices(
  body: (devices: PretendedDevices) => Promise<void>,
): Promise<void> {
  let openable: string[] | null = null;
  const devices: Omit<PretendedDevices, "client"> = {
    asked: [],
    opened: [],
    screen: new PretendedTrack("video", "screen"),
    openAll: (ids = DEVICES.map(({ deviceId }) => deviceId)) => {
      openable = ids;
    },
  };
  const getUserMedia = (wanted: Wanted) => {
    const ids = (["video", "audio"] as const).flatMap((kind) => {
      if (!wanted[kind]) return [];
      return wanted[kind].deviceId?.exact ?? (kind === "video" ? "camera-1" : "microphone-1");
    });
    const { promise, resolve, reject } = Promise.withResolvers<PretendedStream>();
    const open = () => {
      const tracks = ids.map((id) =>
        new PretendedTrack(id.startsWith("camera") ? "video" : "audio", id)
      );
      devices.opened.push(...tracks);
      resolve(new PretendedStream(tracks));
    };
    const fail = (name: string) => reject(new DOMException(name, name));
    if (!openable) devices.asked.push({ wanted: ids, open, fail });
    else if (ids.every((id) => openable!.includes(id))) open();
    else fail("NotFoundError");
    return promise;
  };
  const mediaDevices = {
    getUserMedia,
    enumerateDevices: () => Promise.resolve(DEVICES),
    getDisplayMedia: () => Promise.resolve(new PretendedStream([devices.screen])),
  };
  const browser = {
    MediaStream: PretendedStream,
    MediaStreamTrackGenerator: class extends PretendedTrack {
      readonly writable = new WritableStream();

      constructor() {
        super("video", "painted");
      }
    },
    MediaStreamTrackProcessor: class {
      readonly readable = new ReadableStream();
    },
    OffscreenCanvas: class {
      getContext() {
        return null;
      }
    },
  };
  Object.defineProperty(navigator, "mediaDevices", { value: mediaDevices, configurable: true });
  Object.assign(globalThis, browser);
  const camera = new Camera();
  const client = {
    startCamera: (constraints: MediaStreamConstraints) => camera.start(constraints),
    stopCamera: () => camera.stop(),
    setStream: () => {},
  };
  try {
    await body(Object.assign(devices, { client: client as unknown as Client }));
  } finally {
    Reflect.deleteProperty(navigator, "mediaDevices");
    for (const name of Object.keys(browser)) Reflect.deleteProperty(globalThis, name);
  }
}
