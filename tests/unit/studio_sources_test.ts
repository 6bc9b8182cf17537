/** The studio's sources: what is open, and what is shown, in whichever order things come about. */
import { assertEquals, assertRejects } from "@std/assert";
import { mendingButton, studioProblem } from "../../islands/studio/problems.ts";
import { Sources, type SourcesState } from "../../islands/studio/sources/sources.ts";
import { DEFAULT_CHOICES } from "../../islands/studio/kept_choices.ts";
import { assertEventually } from "../support/eventually.ts";
import {
  type PretendedDevices,
  PretendedTrack,
  withPretendedDevices,
} from "../support/pretended_devices.ts";

interface World extends PretendedDevices {
  sources: Sources;
  state: () => SourcesState;
  /** Resolves when somebody waits for so many openings altogether. */
  untilAsked(count: number): Promise<void>;
  /** The ids of the devices that are on. */
  on(): string[];
  /** The id of what viewers see. */
  seen(): string | undefined;
}

/** Runs `body` with sources that give everything back afterwards. */
async function withSources(body: (world: World) => Promise<void>): Promise<void> {
  await withPretendedDevices(async (devices) => {
    const sources = new Sources(devices.client, DEFAULT_CHOICES, () => {});
    const isOn = ({ readyState }: PretendedTrack) => readyState === "live";
    try {
      await body(Object.assign(devices, {
        sources,
        state: () => sources.state,
        untilAsked: (count: number) => assertEventually(() => devices.asked.length, count),
        on: () => devices.opened.filter(isOn).map(({ deviceId }) => deviceId),
        seen: () => sources.state.stream?.getVideoTracks()[0]?.getSettings().deviceId,
      }));
    } finally {
      sources.stop();
    }
  });
}

/** The same, with the camera shown; what is asked for afterwards waits. */
function withCamera(body: (world: World) => Promise<void>): Promise<void> {
  return withSources(async (world) => {
    const opening = world.sources.open("camera");
    await world.untilAsked(1);
    world.asked.shift()!.open();
    assertEquals(await opening, true);
    await body(world);
  });
}

const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise) as Error & { code: string }).code;

Deno.test("sources: a camera that opens after the end is given back, and not asked for again", async () => {
  await withCamera(async ({ sources, asked, untilAsked, on }) => {
    const choosing = sources.chooseCamera("camera-2");
    await untilAsked(1);
    sources.stop();
    asked[0]!.open();
    await choosing;
    assertEquals([on(), asked.length], [[], 1]);
  });
});

Deno.test("sources: what was pressed just before the end opens nothing at all", async () => {
  await withCamera(async ({ sources, asked, on }) => {
    const choosing = [
      sources.chooseCamera("camera-2"),
      sources.chooseMicrophone("microphone-2"),
      sources.open("camera"),
    ];
    sources.stop();
    await Promise.all(choosing);
    assertEquals([on(), asked.length], [[], 0]);
  });
});

Deno.test("sources: of two quick choices the last one counts, whichever opens first", async () => {
  for (const [first, second] of [[0, 1], [1, 0]] as const) {
    await withCamera(async ({ sources, asked, untilAsked, on, seen }) => {
      const choosing = [sources.chooseCamera("camera-2")];
      await untilAsked(1);
      choosing.push(sources.chooseCamera("camera-1"));
      await untilAsked(2);
      asked[first]!.open();
      await choosing[first];
      asked[second]!.open();
      await choosing[second];
      assertEquals([on().sort(), seen()], [["camera-1", "microphone-1"], "camera-1"]);
    });
    await withCamera(async ({ sources, asked, untilAsked, on, state }) => {
      const choosing = [sources.chooseMicrophone("microphone-2")];
      await untilAsked(1);
      choosing.push(sources.chooseMicrophone("microphone-1"));
      await untilAsked(2);
      asked[first]!.open();
      await choosing[first];
      asked[second]!.open();
      await choosing[second];
      assertEquals(on().sort(), ["camera-1", "microphone-1"]);
      assertEquals(state().microphoneId, "microphone-1");
    });
  }
});

Deno.test("sources: a camera that was switched off while it was opened stays off", async () => {
  await withCamera(async ({ sources, asked, untilAsked, on, state, seen }) => {
    await sources.setCameraOff(true);
    const opening = sources.setCameraOff(false);
    await untilAsked(1);
    await sources.setCameraOff(true);
    asked[0]!.open();
    await opening;
    assertEquals(on(), ["microphone-1"]);
    assertEquals([state().isCameraOff, state().hasCamera, seen()], [true, false, "painted"]);
  });
});

Deno.test("sources: a device that is busy is given back first; for any other error the former one stays", async () => {
  await withCamera(async ({ sources, asked, untilAsked, on, seen }) => {
    const refused = codeOf(sources.chooseCamera("camera-2"));
    await untilAsked(1);
    asked[0]!.fail("NotAllowedError");
    assertEquals([await refused, asked.length], ["camera_refused", 1]);
    assertEquals([on(), seen()], [["camera-1", "microphone-1"], "camera-1"]);

    const choosing = sources.chooseCamera("camera-2");
    await untilAsked(2);
    asked[1]!.fail("NotReadableError");
    await untilAsked(3);
    assertEquals(on(), ["microphone-1"]);
    asked[2]!.open();
    await choosing;
    assertEquals([on().sort(), seen()], [["camera-2", "microphone-1"], "camera-2"]);
  });
});

Deno.test("sources: a microphone that is lost on the way to another one is said to be gone", async () => {
  await withCamera(async ({ sources, asked, untilAsked, on, state }) => {
    const busy = codeOf(sources.chooseMicrophone("microphone-2"));
    for (const count of [1, 2]) {
      await untilAsked(count);
      asked[count - 1]!.fail("NotReadableError");
    }
    assertEquals(await busy, "camera_busy");
    assertEquals([on(), state().hasMicrophone], [["camera-1"], false]);
  });
});

Deno.test("sources: a screen stays when there is no camera to take its place", async () => {
  await withSources(async ({ sources, openAll, screen, seen, state }) => {
    openAll(["microphone-1"]);
    await sources.open("screen");
    assertEquals(seen(), "screen");
    for (let i = 0; i < 2; i++) {
      assertEquals(await codeOf(sources.open("camera")), "no_camera");
      assertEquals([screen.readyState, seen(), state().kind], ["live", "screen", "screen"]);
      assertEquals([state().hasMicrophone, state().hasCamera], [true, false]);
    }
  });
});

Deno.test("sources: who has no camera is heard, and may try again", async () => {
  await withSources(async ({ sources, openAll, state, seen }) => {
    openAll(["microphone-1"]);
    assertEquals(await sources.open("camera"), true);
    assertEquals(await codeOf(sources.open("camera")), "no_camera");
    assertEquals([state().kind, state().hasCamera, seen()], ["camera", false, undefined]);
    openAll();
    assertEquals(await sources.open("camera"), true);
    assertEquals([state().hasCamera, seen()], [true, "camera-1"]);
  });
});

Deno.test("sources: a screen that has ended before it was shown is not shown", async () => {
  await withSources(async (world) => {
    const { sources, asked, untilAsked, seen, state } = world;
    const former = world.screen;
    const opening = sources.open("screen");
    await untilAsked(1);
    asked[0]!.open();
    await opening;

    await sources.chooseMicrophone("none");
    const next = world.screen = new PretendedTrack("video", "window");
    void sources.chooseMicrophone("microphone-1").catch(() => {});
    const switching = sources.open("screen");
    await untilAsked(3);
    next.unplug();
    for (const one of asked.slice(1)) one.open();
    assertEquals(await switching, false);
    assertEquals([seen(), state().stopped, former.readyState], ["screen", null, "live"]);
    former.unplug();
    assertEquals(state().stopped, "screen");
  });
});

Deno.test("sources: of screen and camera, each may stop, and is opened again as it was", async () => {
  await withSources(async (world) => {
    const { sources, openAll, opened, on, state, seen } = world;
    openAll();
    await sources.open("both");
    opened.find(({ deviceId }) => deviceId === "camera-1")!.unplug();
    assertEquals([state().stopped, state().kind, seen()], ["inset", "both", "painted"]);
    assertEquals(world.screen.readyState, "live");
    assertEquals(mendingButton("inset_stopped")?.opens, "inset");
    await sources.setCameraOff(false);
    assertEquals([state().stopped, state().kind], [null, "both"]);
    assertEquals([on().sort(), world.screen.readyState], [["camera-1", "microphone-1"], "live"]);

    world.screen.unplug();
    await assertEventually(() => state().stopped, "both");
    assertEquals(on(), ["microphone-1"]);
    assertEquals(mendingButton("both_stopped")?.opens, "both");
    for (const stopped of ["camera", "inset", "screen", "both", "file"]) {
      assertEquals(mendingButton(`${stopped}_stopped`)?.opens, stopped);
      assertEquals(/card/.test(describe(stopped)), stopped !== "inset");
    }
  });
});

function describe(stopped: string): string {
  const { title, text } = studioProblem(`${stopped}_stopped`);
  return `${title} ${text}`;
}
