/** One recording after another: which begins, which goes on, and what is left when it is done. */
import { assertEquals } from "@std/assert";
import type { RecorderOptions } from "../../islands/studio/record/recorder.ts";
import {
  isUnsaved,
  NO_RECORDING,
  type Recording,
  type RecordingPhase,
} from "../../islands/studio/record/recording.ts";
import { Recordings } from "../../islands/studio/record/recordings.ts";

/** Recordings that begin when the test lets them, and where they stand. */
function pretendedRecordings() {
  const begun: RecorderOptions[] = [];
  const phases: RecordingPhase[] = [];
  let latest: Recording = NO_RECORDING;
  const places: ((isChosen: boolean) => void)[] = [];
  const start = async (options: RecorderOptions) => {
    const isChosen = await new Promise<boolean>((resolve) => places.push(resolve));
    if (!isChosen || !options.isWanted()) return null;
    begun.push(options);
    const tell = (phase: RecordingPhase) => options.onChange({ ...NO_RECORDING, phase });
    tell("recording");
    return {
      setStream: () => {},
      stop: () => Promise.resolve(tell("saved")),
    };
  };
  const recordings = new Recordings(
    () => Promise.resolve({ Recorder: { start } }),
    (recording) => {
      latest = recording;
      phases.push(recording.phase);
    },
  );
  return {
    recordings,
    begun,
    phases,
    latest: () => latest,
    /** Presses Record. */
    press: () => recordings.start("show", "360p"),
    /** Chooses a place, when it is asked for, or none. */
    async choose(isChosen = true) {
      while (places.length === 0) await new Promise((resolve) => setTimeout(resolve));
      places.shift()!(isChosen);
    },
  };
}

Deno.test("recordings: two quick presses make one recording", async () => {
  const { press, choose, begun, recordings } = pretendedRecordings();
  const pressed = [press(), press()];
  await choose();
  await Promise.all(pressed);
  await press();
  assertEquals(begun.length, 1);
  await recordings.stop();
});

Deno.test("recordings: none begins after the end, when a place was still being chosen", async () => {
  const { press, choose, begun, phases, recordings } = pretendedRecordings();
  const pressed = press();
  await recordings.stop();
  // It was the recorder that was waited for.
  await pressed;
  const again = press();
  const chosen = choose();
  await Promise.resolve();
  await recordings.stop();
  await Promise.all([again, chosen]);
  assertEquals([begun.length, phases], [0, []]);
});

Deno.test("recordings: after one that failed or was saved, and after no place was chosen, there is a next", async () => {
  const { press, choose, begun, phases, recordings } = pretendedRecordings();
  const record = async (isChosen: boolean) => {
    const pressed = press();
    await choose(isChosen);
    await pressed;
  };
  await record(false);
  await record(true);
  begun[0]!.onChange({ ...NO_RECORDING, phase: "failed" });
  await record(true);
  await recordings.stop();
  await record(true);
  assertEquals(phases, ["recording", "failed", "recording", "saved", "recording"]);
  await recordings.stop();
});

Deno.test("recordings: the last one can be saved again until another begins or it is forgotten", async () => {
  const { press, choose, begun, recordings, latest } = pretendedRecordings();
  const isThere = (url: string) =>
    fetch(url).then((file) => file.body!.cancel()).then(() => true, () => false);
  const record = async (isChosen = true) => {
    const pressed = press();
    await choose(isChosen);
    await pressed;
  };
  const save = () => {
    const url = URL.createObjectURL(new Blob(["film"]));
    begun.at(-1)!.onChange({ ...NO_RECORDING, phase: "saved", url });
    return url;
  };
  await record();
  const first = save();
  await record(false);
  assertEquals(await isThere(first), true);
  await record();
  assertEquals(await isThere(first), false);
  const second = save();
  recordings.forget();
  assertEquals([await isThere(second), latest().phase], [false, "off"]);

  await record();
  begun.at(-1)!.onChange({ ...NO_RECORDING, phase: "saving" });
  recordings.forget();
  assertEquals([latest().phase, isUnsaved(latest())], ["saving", true], "it is not done");
});
