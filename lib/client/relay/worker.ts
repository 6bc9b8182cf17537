/**
 * The relay's worker: where encoded frames pass. Each tap copies what its receiver gets and lets it
 * go on to the decoder; each lane puts the frames of the tap that feeds it into its carriers. Decides
 * nothing: that is lane.ts. It is bundled into the SDK as text (tasks/build.ts).
 */
import { AskedCarriers } from "./asked_carriers.ts";
import { type CarrierMaker, PictureCarriers, SoundCarriers } from "./carriers.ts";
import type { EncodedFrame } from "./frame.ts";
import { GroupOfPictures } from "./group_of_pictures.ts";
import { isKeyFrame } from "./key_frame.ts";
import { KeyRequests } from "./key_requests.ts";
import { Lane } from "./lane.ts";
import { PassedFrames } from "./passed_frames.ts";
import type { PictureLook } from "./picture_look.ts";
import { PictureOrder } from "./picture_order.ts";
import { SoundOrder } from "./sound_order.ts";
import { SteadyLane } from "./steady_lane.ts";
import type {
  FromWorker,
  LaneReport,
  MediaKind,
  ToWorker,
  TransformOptions,
} from "./worker_messages.ts";

/** How often lanes are asked what is due, in ms. */
const TICK_MS = 10;

/** An encoded frame as browsers have it, of sound or picture. */
interface RtcFrame {
  data: ArrayBuffer;
  /** Sound has none. */
  readonly type?: "key" | "delta" | "empty";
  /** Browsers differ in how much of it they fill in. */
  getMetadata(): {
    mimeType?: string;
    rtpTimestamp?: number;
    frameId?: number;
    dependencies?: number[];
  };
}

/** What a transform gives its worker. */
interface Transformer {
  readonly readable: ReadableStream<RtcFrame>;
  readonly writable: WritableStream<RtcFrame>;
  readonly options: TransformOptions;
  sendKeyFrameRequest(): Promise<unknown>;
}

interface Scope {
  onrtctransform: (event: { transformer: Transformer }) => void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
}

/** Somebody that frames are taken from. */
interface Tap {
  kind: MediaKind;
  group: GroupOfPictures;
  /** The picture's, in lower case, once there is one. */
  codec: string;
  keys: KeyRequests;
  lanes: Set<LaneEnd>;
}

/** Somebody that frames go to. */
interface LaneEnd {
  lane: Lane<RtcFrame> | SteadyLane<RtcFrame>;
  /** Null where they come by themselves. */
  carriers: CarrierMaker | null;
  passed: PassedFrames;
  tap: Tap | null;
}

type LaneOptions = TransformOptions & { role: "lane" };

const scope = globalThis as unknown as Scope;
const taps = new Map<string, Tap>();
const lanes = new Map<string, LaneEnd>();
/** Which tap feeds a lane, also before either of them is there. */
const feeds = new Map<string, string | null>();
const looks = new Map<string, PictureLook>();
const nowMs = () => performance.now();

scope.onrtctransform = ({ transformer }) => {
  const { options } = transformer;
  if (options.role === "tap") void runTap(transformer, options);
  else void runLane(transformer, options);
};

scope.onmessage = ({ data: message }) => {
  switch (message.type) {
    case "source":
      for (const id of message.lanes) {
        feeds.set(id, message.tap);
        feed(id);
      }
      return;
    case "look":
      for (const id of message.lanes) {
        looks.set(id, message.look);
        const maker = lanes.get(id)?.carriers;
        if (maker instanceof PictureCarriers) maker.look = message.look;
      }
      return;
    case "skip":
      for (const id of message.lanes) lanes.get(id)?.lane.skipToKey();
      return;
    case "end":
      message.lanes.forEach(endLane);
      return;
    case "tally":
      scope.postMessage({ type: "tally", request: message.request, lanes: tally(message.lanes) });
      return;
    case "passed": {
      const frames = lanes.get(message.lane)?.passed.latest ?? [];
      scope.postMessage({ type: "passed", request: message.request, frames: [...frames] });
    }
  }
};

setInterval(() => {
  for (const { lane, carriers } of lanes.values()) {
    lane.tick();
    carriers?.tick?.();
  }
  for (const { keys } of taps.values()) keys.tick();
}, TICK_MS);

scope.postMessage({ type: "ready" });

async function runTap(
  transformer: Transformer,
  { id, kind }: TransformOptions & { role: "tap" },
): Promise<void> {
  const askForKey = () => {
    // A receiver that has gone, or has got nothing yet, cannot ask.
    if (kind === "video") transformer.sendKeyFrameRequest().catch(() => {});
  };
  const tap: Tap = {
    kind,
    group: new GroupOfPictures(),
    codec: "",
    keys: new KeyRequests(askForKey, nowMs),
    lanes: new Set(),
  };
  taps.set(id, tap);
  for (const [lane, source] of feeds) if (source === id) feed(lane);
  const inOrder = kind === "video" ? pictureSorter(tap) : soundSorter();
  const writer = transformer.writable.getWriter();
  await forEach(transformer.readable, (received) => {
    const frames = received.type === "empty" ? [] : inOrder(received);
    writer.write(received).catch(() => {});
    for (const frame of frames) passOn(frame, tap);
  });
  taps.delete(id);
}

/** Returns what brings the frames of a picture into their order. */
function pictureSorter(tap: Tap): (received: RtcFrame) => EncodedFrame[] {
  const order = new PictureOrder();
  return (received) => {
    const { mimeType, frameId, dependencies, rtpTimestamp } = received.getMetadata();
    tap.codec = mimeType?.toLowerCase() ?? tap.codec;
    const isKey = mimeType ? isKeyFrame(mimeType, received.data) : null;
    const frame = {
      data: received.data.slice(0),
      isKey: isKey ?? received.type === "key",
      rtpTimestamp,
    };
    const place = { id: frameId, needs: dependencies, timestamp: rtpTimestamp };
    const frames = order.take(frame, place);
    if (order.isBroken) tap.keys.ask();
    return frames;
  };
}

/** Returns what finds out which sounds are missing. */
function soundSorter(): (received: RtcFrame) => EncodedFrame[] {
  const order = new SoundOrder();
  return (received) => {
    const missing = order.take(received.getMetadata().rtpTimestamp);
    return missing === null ? [] : [{ data: received.data.slice(0), isKey: true, missing }];
  };
}

function passOn(frame: EncodedFrame, tap: Tap): void {
  if (tap.kind === "video") {
    if (frame.isKey) tap.keys.handleKey();
    if (!tap.group.add(frame) && isKeyMissed(tap)) tap.keys.ask();
  }
  for (const { lane } of tap.lanes) lane.handleFrame(frame);
}

/**
 * Says whether somebody needs a key frame when there is no group to begin with. It costs everybody in
 * the tree, so it is for those who are just coming. H264 has to have some anyway: its carriers do not
 * say when a child has lost something and wishes for one (lane.ts).
 */
function isKeyMissed({ lanes, codec }: Tap): boolean {
  const hidesWishes = codec === "video/h264" && lanes.size > 0;
  return hidesWishes || lanes.values().some(({ lane }) => lane instanceof Lane && lane.awaitsKey);
}

async function runLane(transformer: Transformer, options: LaneOptions): Promise<void> {
  const { id, kind } = options;
  const writer = transformer.writable.getWriter();
  const passed = new PassedFrames();
  const send = (carrier: RtcFrame, { data, rtpTimestamp }: EncodedFrame) => {
    passed.note(rtpTimestamp, kind === "video" ? carrier.getMetadata().rtpTimestamp : undefined);
    // Sending may take the buffer away, and others send it, too.
    carrier.data = data.slice(0);
    writer.write(carrier).catch(() => {});
  };
  const end: LaneEnd = { tap: null, passed, ...makeLane(options, send, () => groupFor(end)) };
  lanes.set(id, end);
  feed(id);
  await forEach(transformer.readable, (carrier) => {
    if (lanes.get(id) !== end) return;
    const isKey = carrier.type === "key" && !end.carriers?.explainsKey?.();
    end.lane.handleCarrier(carrier, isKey);
  });
  if (lanes.get(id) === end) endLane(id);
}

function makeLane(
  options: LaneOptions,
  send: (carrier: RtcFrame, frame: EncodedFrame) => void,
  group: () => readonly EncodedFrame[],
): Pick<LaneEnd, "lane" | "carriers"> {
  const { id, kind } = options;
  if (kind === "audio" && !options.carriers) return { lane: new SteadyLane(send), carriers: null };
  const carriers = makerOf(options);
  const lane = new Lane<RtcFrame>({
    kind,
    send,
    make: () => carriers.make(),
    makeKey: () => scope.postMessage({ type: "makeKey", lane: id }),
    askForKey: () => lanes.get(id)?.tap?.keys.ask(),
    nowMs,
    atOnce: carriers.atOnce,
    lostAfterMs: carriers.lostAfterMs,
  }, group);
  return { lane, carriers };
}

function makerOf({ id, kind, carriers: track }: LaneOptions): CarrierMaker {
  if (!track) return new AskedCarriers((type) => scope.postMessage({ type, lane: id }), nowMs);
  if (kind === "audio") return new SoundCarriers(track);
  const carriers = new PictureCarriers(track);
  carriers.look = looks.get(id);
  return carriers;
}

/** Has a lane fed by the tap that is meant for it, if both are there. */
function feed(id: string): void {
  const end = lanes.get(id);
  if (!end) return;
  const source = feeds.get(id);
  const tap = source ? taps.get(source) ?? null : null;
  if (tap === end.tap) return;
  end.tap?.lanes.delete(end);
  end.tap = tap;
  end.passed.clear();
  tap?.lanes.add(end);
  end.lane.switchTo(() => groupFor(end));
  // It comes while the link is being made.
  if (tap?.kind === "video" && groupFor(end).length === 0) tap.keys.ask();
}

/** What a lane begins with. */
function groupFor({ tap, carriers }: LaneEnd): readonly EncodedFrame[] {
  const frames = tap?.group.frames ?? NONE;
  return frames.length > (carriers?.maxGroup ?? Infinity) ? NONE : frames;
}

function endLane(id: string): void {
  const end = lanes.get(id);
  end?.tap?.lanes.delete(end);
  lanes.delete(id);
  feeds.delete(id);
  looks.delete(id);
}

function tally(ids: string[]): Record<string, LaneReport> {
  const reports: Record<string, LaneReport> = {};
  for (const id of ids) {
    const lane = lanes.get(id)?.lane;
    if (!lane) continue;
    reports[id] = { ...lane.tally, backlog: lane.backlog, isResting: lane.isResting };
  }
  return reports;
}

async function forEach<T>(stream: ReadableStream<T>, fn: (chunk: T) => void): Promise<void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      fn(value);
    }
  } catch {
    // Its link is gone.
  }
}

const NONE: readonly EncodedFrame[] = [];
