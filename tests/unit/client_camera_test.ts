/** The camera against a browser's getUserMedia that has the devices it is told to have. */
import { assertEquals, assertRejects } from "@std/assert";
import { Camera } from "../../lib/client/camera.ts";
import { TributaryError } from "../../lib/client/tributary_error.ts";

type Kind = "audio" | "video";

/** Runs `body` with a camera on a device with `kinds`; resolves with what was asked for. */
async function withDevices(
  kinds: Kind[] | Error,
  body: (camera: Camera) => Promise<void>,
): Promise<Kind[][]> {
  const asked: Kind[][] = [];
  const getUserMedia = (constraints: Partial<Record<Kind, unknown>>) => {
    const wanted = (["audio", "video"] as const).filter((kind) => constraints[kind]);
    asked.push(wanted);
    if (kinds instanceof Error) return Promise.reject(kinds);
    if (!wanted.every((kind) => kinds.includes(kind))) {
      return Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
    }
    return Promise.resolve({ getTracks: () => wanted.map((kind) => ({ kind, stop() {} })) });
  };
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
  try {
    await body(new Camera());
  } finally {
    Reflect.deleteProperty(navigator, "mediaDevices");
  }
  return asked;
}

const kindsOf = (stream: MediaStream) => stream.getTracks().map(({ kind }) => kind);

const codeOf = async (promise: Promise<unknown>) =>
  ((await assertRejects(() => promise, TributaryError)) as TributaryError).code;

Deno.test("camera: without constraints it opens what there is", async () => {
  for (const kinds of [["audio", "video"], ["video"], ["audio"]] satisfies Kind[][]) {
    await withDevices(kinds, async (camera) => {
      assertEquals(kindsOf(await camera.start()), kinds);
    });
  }
});

Deno.test("camera: it is missing only where there is neither", async () => {
  await withDevices([], async (camera) => {
    assertEquals(await codeOf(camera.start()), "camera_missing");
  });
});

Deno.test("camera: constraints that were given are strict", async () => {
  const asked = await withDevices(["video"], async (camera) => {
    assertEquals(await codeOf(camera.start({ audio: true, video: true })), "camera_missing");
  });
  assertEquals(asked, [["audio", "video"]]);
});

Deno.test("camera: whoever refuses is asked once", async () => {
  const refused = new DOMException("Permission denied", "NotAllowedError");
  const asked = await withDevices(refused, async (camera) => {
    assertEquals(await codeOf(camera.start()), "camera_refused");
  });
  assertEquals(asked.length, 1);
});
