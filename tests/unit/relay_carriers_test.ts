/** What carriers say about themselves, with made-up frames in the place of the browser's. */
import { assert } from "@std/assert";
import { PictureCarriers, SoundCarriers } from "../../lib/client/relay/carriers.ts";

/** What a browser's frame of sound or picture is made of. */
interface MadeUp {
  timestamp: number;
}

/** Has a carrier made; returns when it says it was, in ms. */
async function timesOf<T>(
  Carriers: new (track: WritableStream<T>) => { make(): void },
  pausesMs: number[],
): Promise<number[]> {
  const times: number[] = [];
  const track = new WritableStream<T>({
    write: (chunk) => void times.push((chunk as unknown as MadeUp).timestamp / 1_000),
  });
  const carriers = new Carriers(track);
  for (const pauseMs of pausesMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    carriers.make();
  }
  await new Promise((resolve) => setTimeout(resolve));
  return times;
}

Deno.test("sounds and pictures tell the time by one clock, also when none was made for a while", async () => {
  class Frame implements MadeUp {
    readonly timestamp: number;
    constructor(...init: unknown[]) {
      this.timestamp = (init.at(-1) as MadeUp).timestamp;
    }
    close() {}
  }
  const before = { AudioData: globalThis.AudioData, VideoFrame: globalThis.VideoFrame };
  Object.assign(globalThis, { AudioData: Frame, VideoFrame: Frame });
  try {
    for (const Carriers of [SoundCarriers, PictureCarriers]) {
      const beganAt = performance.now();
      const times = await timesOf(Carriers as never, [0, 60]);
      const [first, second] = times as [number, number];
      const pause = second - first;
      assert(first >= beganAt - 1 && second <= performance.now() + 1, `${first} to ${second}`);
      assert(pause >= 55, `${pause} ms between carriers that were made 60 ms apart`);
    }
  } finally {
    Object.assign(globalThis, before);
  }
});
