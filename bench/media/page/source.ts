/** What is broadcast: pictures at an even pace, and a tone. Runs in the broadcaster's page. */
import { clockMs } from "../../../tests/support/labelled_picture.ts";
import { FRAME_RATE, HEIGHT, Painter, WIDTH } from "./picture.ts";
import { TONE_HZ } from "./tone.ts";

/** Well audible, far from clipping. */
const GAIN = 0.25;

interface PictureTrack extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

/** Begins to make pictures and sound, until the page is closed. */
export function startSource(): MediaStream {
  return new MediaStream([startTone(), startPicture()]);
}

function startPicture(): MediaStreamTrack {
  const { MediaStreamTrackGenerator: Generator } = globalThis as unknown as {
    MediaStreamTrackGenerator: new (init: { kind: "video" }) => PictureTrack;
  };
  const track = new Generator({ kind: "video" });
  const writer = track.writable.getWriter();
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false })!;
  const painter = new Painter();
  const beganAt = performance.now();
  let number = 0;
  const next = () => {
    painter.draw(context, { drawnMs: clockMs(), number: ++number });
    const timestamp = Math.round(performance.now() * 1_000);
    writer.write(new VideoFrame(canvas, { timestamp, alpha: "discard" })).catch(() => {});
    // A page that was held up does not make up for it.
    const due = Math.max(beganAt + number * 1_000 / FRAME_RATE - performance.now(), 0);
    setTimeout(next, due);
  };
  next();
  return track;
}

function startTone(): MediaStreamTrack {
  const audio = new AudioContext();
  const destination = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
  const gain = new GainNode(audio, { gain: GAIN });
  const tone = new OscillatorNode(audio, { frequency: TONE_HZ });
  tone.connect(gain).connect(destination);
  tone.start();
  return destination.stream.getAudioTracks()[0]!;
}
