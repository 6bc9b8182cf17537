/**
 * Carriers that the page makes, where the worker cannot: pictures of a canvas, one for each time that
 * one is asked for, and sounds from what the page itself gets, which come by themselves. As Firefox has
 * it. This module is browser compatible.
 */
import type { CarrierSource, CarrierTrack, LaneSender } from "./carrier_source.ts";

/** Of all sizes that encoders take, the one that costs least. */
const SIDE_PX = 16;

/** Pictures a second: more than any page is painted, so that each that is asked for is sent. */
const AWAKE_FPS = 120;

/** As good as none. With none at all the last picture would be sent, with its old time, afterwards. */
const PAUSED_FPS = 0.001;

/** The stream of a canvas, where that is what can be asked for a picture. */
interface CanvasStream extends MediaStream {
  requestFrame(): void;
}

const browser = globalThis as unknown as {
  CanvasCaptureMediaStream?: { prototype: Partial<CanvasStream> };
};

/** One lane's pictures. */
interface Canvas {
  sender: RTCRtpSender;
  context: CanvasRenderingContext2D;
  stream: CanvasStream;
  track: MediaStreamTrack;
  count: number;
  isPaused: boolean;
}

/** See the module's paragraph. */
export class PageCarriers implements CarrierSource {
  readonly #canvases = new Map<string, Canvas>();
  readonly #soundSenders = new Map<string, RTCRtpSender>();
  #sound: MediaStreamTrack | null = null;

  /**
   * Says whether this browser has it. Where it is the track that is asked for pictures, as the
   * specification has it now, nobody has tried whether hidden pages give any.
   */
  static isSupported(): boolean {
    return browser.CanvasCaptureMediaStream?.prototype.requestFrame !== undefined;
  }

  open({ id, kind, sender }: LaneSender): CarrierTrack {
    if (kind === "audio") {
      this.#soundSenders.set(id, sender);
      return { track: this.#sound, carriers: null };
    }
    const canvas = makeCanvas(sender);
    this.#canvases.set(id, canvas);
    return { track: canvas.track, carriers: null };
  }

  make(id: string): void {
    const canvas = this.#canvases.get(id);
    if (!canvas) return;
    if (canvas.isPaused) setPaused(canvas, false);
    // In this order: hidden pages take the picture at once when something is drawn.
    canvas.stream.requestFrame();
    // Where nothing has changed there is no new picture.
    canvas.context.fillStyle = ++canvas.count % 2 ? "#000" : "#111";
    canvas.context.fillRect(0, 0, 2, 2);
  }

  pause(id: string): void {
    const canvas = this.#canvases.get(id);
    if (canvas) setPaused(canvas, true);
  }

  setReceivers(receivers: readonly RTCRtpReceiver[]): void {
    this.#sound = receivers.find(({ track }) => track.kind === "audio")?.track ?? null;
    // A link that closes meanwhile needs no track any more.
    for (const sender of this.#soundSenders.values()) {
      sender.replaceTrack(this.#sound).catch(() => {});
    }
  }

  end(id: string): void {
    this.#soundSenders.delete(id);
    this.#canvases.get(id)?.track.stop();
    this.#canvases.delete(id);
  }
}

function makeCanvas(sender: RTCRtpSender): Canvas {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX;
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true })!;
  context.fillRect(0, 0, SIDE_PX, SIDE_PX);
  const stream = canvas.captureStream(0) as CanvasStream;
  return { sender, context, stream, track: stream.getVideoTracks()[0]!, count: 0, isPaused: false };
}

function setPaused(canvas: Canvas, isPaused: boolean): void {
  canvas.isPaused = isPaused;
  const parameters = canvas.sender.getParameters();
  for (const encoding of parameters.encodings) {
    encoding.maxFramerate = isPaused ? PAUSED_FPS : AWAKE_FPS;
  }
  // A link that closes meanwhile sends nothing more.
  canvas.sender.setParameters(parameters).catch(() => {});
}
