/** What the studio decides without a browser: devices, sources, pictures in pictures, links, recordings. */
import { assert, assertEquals } from "@std/assert";
import { elementCode, iframeCode } from "../../islands/studio/embed_code.ts";
import { watching } from "../../islands/studio/end_dialog.tsx";
import { DEFAULT_CHOICES, toChoices } from "../../islands/studio/kept_choices.ts";
import { linkPreview } from "../../islands/studio/link_preview.ts";
import { studioProblem } from "../../islands/studio/problems.ts";
import { qrCode } from "../../islands/studio/qr_code.ts";
import {
  afterChunk,
  formatBytes,
  NO_RECORDING,
  recordedMs,
  recordingFileName,
  recordingType,
} from "../../islands/studio/record/recording.ts";
import {
  deviceConstraint,
  deviceOptions,
  NO_MICROPHONE,
} from "../../islands/studio/sources/device_list.ts";
import {
  type Corner,
  CORNERS,
  fitInto,
  INSET_SIZES,
  type InsetSize,
  placeInset,
} from "../../islands/studio/sources/inset.ts";
import { fallingLevel, levelOf } from "../../islands/studio/sources/sound_level.ts";
import { whyNot } from "../../islands/studio/sources/source_kind.ts";

const WHOLE = { width: 1280, height: 720 };

Deno.test("placeInset() keeps every camera inside the picture, in its shape, in its corner", () => {
  for (const camera of [{ width: 640, height: 480 }, { width: 480, height: 640 }, WHOLE]) {
    for (const size of Object.keys(INSET_SIZES) as InsetSize[]) {
      for (const corner of Object.keys(CORNERS) as Corner[]) {
        const { x, y, width, height } = placeInset(WHOLE, camera, { corner, size });
        assert(x > 0 && y > 0 && x + width < WHOLE.width && y + height < WHOLE.height);
        assert(Math.abs(width / height - camera.width / camera.height) < 0.02);
        assertEquals(x + width / 2 < WHOLE.width / 2, corner.endsWith("left"));
        assertEquals(y + height / 2 < WHOLE.height / 2, corner.startsWith("top"));
      }
    }
  }
  const [small, large] = (["small", "large"] as const)
    .map((size) => placeInset(WHOLE, WHOLE, { corner: "top-left", size }));
  assert(large!.width > 1.5 * small!.width);
});

Deno.test("fitInto() shows the whole picture in the middle of its place", () => {
  const place = { x: 0, y: 0, ...WHOLE };
  assertEquals(fitInto({ width: 640, height: 360 }, place), place);
  assertEquals(fitInto({ width: 480, height: 480 }, place), {
    x: 280,
    y: 0,
    width: 720,
    height: 720,
  });
});

Deno.test("levelOf() shows silence as nothing, a voice in between and full scale as all", () => {
  const tone = (amplitude: number) =>
    Float32Array.from({ length: 2048 }, (_, i) => amplitude * Math.sin(i / 5));
  assertEquals(levelOf(tone(0)), 0);
  const voice = levelOf(tone(0.1));
  assert(voice > 0.4 && voice < 0.8, String(voice));
  assert(levelOf(tone(1)) > 0.9);
  assertEquals(fallingLevel(0.2, 0.9, 50), 0.9);
  assert(fallingLevel(0.9, 0, 50) > 0.8);
  assertEquals(fallingLevel(0.1, 0, 1000), 0);
});

Deno.test("deviceOptions() lists what can be told apart, and names what has no name", () => {
  const devices = [
    { kind: "videoinput", deviceId: "c1", label: "Front" },
    { kind: "videoinput", deviceId: "c2", label: "" },
    { kind: "audioinput", deviceId: "communications", label: "Communications - Mic" },
    { kind: "audioinput", deviceId: "default", label: "Default - Mic" },
  ];
  assertEquals(deviceOptions(devices, "videoinput"), [
    { id: "c1", label: "Front" },
    { id: "c2", label: "Camera 2" },
  ]);
  assertEquals(deviceOptions(devices, "audioinput"), [{ id: "default", label: "Default - Mic" }]);
  assertEquals(deviceOptions([{ kind: "videoinput", deviceId: "", label: "" }], "videoinput"), []);
});

Deno.test("deviceConstraint() insists on what was chosen, unless that has been unplugged", () => {
  const options = [{ id: "c1", label: "Front" }];
  assertEquals(deviceConstraint("c1", options), { deviceId: { exact: "c1" } });
  assertEquals(deviceConstraint("gone", options), {});
  assertEquals(deviceConstraint(null, options), {});
});

Deno.test("whyNot() offers what a browser can do, and says why it cannot do the rest", () => {
  const able = { hasDevices: true, canShareScreen: true, canCompose: true, canPlayFiles: true };
  for (const kind of ["camera", "screen", "both", "file"] as const) {
    assertEquals(whyNot(kind, able), null);
  }
  const phone = { ...able, canShareScreen: false };
  assertEquals([whyNot("screen", phone), whyNot("camera", phone)], [whyNot("both", phone), null]);
  assert(/share a screen/.test(whyNot("screen", phone)!));
  assert(/together/.test(whyNot("both", { ...able, canCompose: false })!));
  assertEquals(whyNot("screen", { ...able, canCompose: false }), null);
  assert(/video file/.test(whyNot("file", { ...able, canPlayFiles: false })!));
});

Deno.test("toChoices() takes what was kept, and nothing that makes no sense", () => {
  const chosen = {
    kind: "both",
    camera: "c1",
    microphone: NO_MICROPHONE,
    inset: { corner: "top-left", size: "large" },
    visibility: "unlisted",
  } as const;
  assertEquals(toChoices(JSON.parse(JSON.stringify(chosen))), { ...chosen, kind: "camera" });
  for (const nonsense of [null, 7, "x", [], { kind: "file" }, { kind: "toString", camera: 3 }]) {
    assertEquals(toChoices(nonsense), DEFAULT_CHOICES);
  }
  assertEquals(toChoices({ inset: { corner: "valueOf", size: 1 } }), DEFAULT_CHOICES);
});

Deno.test("linkPreview() is the link as it will be, or nothing while the name will not do", () => {
  const origin = "https://river.example";
  assertEquals(linkPreview(origin, " my show "), "river.example/watch/my%20show");
  assertEquals(linkPreview("http://localhost:8000", "a/b"), "localhost:8000/watch/a%2Fb");
  assertEquals([linkPreview(origin, "  "), linkPreview(origin, "..")], [null, null]);
});

Deno.test("embed code survives names that are written to break it", () => {
  const name = `"><script>&`;
  const iframe = iframeCode("https://river.example", name);
  assert(iframe.includes(`src="https://river.example/embed/%22%3E%3Cscript%3E%26"`), iframe);
  assert(iframe.includes(`title="&quot;>&lt;script>&amp;"`), iframe);
  const element = elementCode("https://river.example", name);
  assert(element.includes(`<script type="module" src="https://river.example/tributary.js">`));
  assert(element.includes(`<tributary-player name="&quot;>&lt;script>&amp;"></tributary-player>`));
});

Deno.test("qrCode() leaves an edge free, and covers as much as there is dark", () => {
  const { path, size } = qrCode("https://river.example/watch/quiet-delta-42");
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map((run) =>
    run.slice(1).map(Number) as [number, number, number, number]
  );
  assertEquals(runs.map(([x, y, w, back]) => `M${x} ${y}h${w}v1h-${back}z`).join(""), path);
  for (const [x, y, width, back] of runs) {
    assertEquals(width, back);
    assert(x >= 4 && y >= 4 && x + width <= size - 4 && y < size - 4);
  }
});

Deno.test("a recording counts what comes, and ends when it ends", () => {
  const begun = { ...NO_RECORDING, phase: "recording" as const, startedAt: 1_000 };
  const half = afterChunk(begun, 400, 2_000);
  assertEquals([half.bytes, recordedMs(half, 2_500)], [400, 1_500]);
  const whole = { ...afterChunk(half, 100, 3_000), phase: "saved" as const };
  assertEquals([whole.bytes, recordedMs(whole, 99_000)], [500, 2_000]);
  assertEquals([formatBytes(340_400), formatBytes(12_345_678)], ["340 KB", "12.3 MB"]);
  assertEquals(formatBytes(1.25e9), "1.25 GB");
});

Deno.test("recordings are named after the broadcast, and as file systems like it", () => {
  const at = new Date(2026, 10, 3, 7, 5);
  assertEquals(recordingFileName("my show", at, "video/webm"), "my show 2026-11-03 07.05.webm");
  assertEquals(
    recordingFileName(`../a:b?`, at, "video/mp4;codecs=avc1"),
    "a b 2026-11-03 07.05.mp4",
  );
  assertEquals(recordingFileName("???", at, "video/webm"), "broadcast 2026-11-03 07.05.webm");
  assertEquals(recordingType((type) => type === "video/mp4"), "video/mp4");
  assertEquals(recordingType(() => false), null);
});

Deno.test("who ends a broadcast is told for how many", () => {
  assert(/nobody/i.test(watching(0)));
  assert(/^One viewer is/.test(watching(1)));
  assert(/^12 viewers are/.test(watching(12)));
});

Deno.test("everything that can go wrong with sources and recordings is explained", () => {
  const unexpected = studioProblem("no such code");
  for (
    const code of [
      "camera_stopped",
      "inset_stopped",
      "no_camera",
      "screen_stopped",
      "both_stopped",
      "screen_refused",
      "file_stopped",
      "file_missing",
      "file_unplayable",
      "recording_unsupported",
      "recording_refused",
      "recording_failed",
      "recording_cut",
    ]
  ) {
    assert(studioProblem(code) !== unexpected, code);
  }
});
