/**
 * Measures what really comes out of a page's video element: whether decoded frames follow one
 * another, whether they differ, and how loud it is. Chromium's pretended camera shows a moving
 * figure and beeps every second; Firefox's changes its colours and sounds all the time.
 */
import { assert } from "@std/assert";
import type { ScriptedPage } from "./scripted_page.ts";

/** Long enough for a link that must first find another parent. */
const TIMEOUT_MS = 20_000;

/** Root mean square; the beep measures 0.1 to 0.4, and what is silent is exactly 0. */
const AUDIBLE = 0.02;

/**
 * Asserts that new frames are decoded and that their content changes.
 *
 * @param within the selector of an element whose shadow has the video in it
 */
export async function assertMovingPicture(
  page: ScriptedPage,
  who: string,
  within = "",
): Promise<void> {
  const seen = await page.evaluate(watchPicture, { timeoutMs: TIMEOUT_MS, within });
  assert(seen.frames >= 15, `${who} decodes a moving picture: ${JSON.stringify(seen)}`);
  assert(seen.changes >= 5, `${who} sees the picture change: ${JSON.stringify(seen)}`);
}

/** Asserts that the stream of the video element can be heard. */
export async function assertSound(page: ScriptedPage, who: string): Promise<void> {
  const loudness = await page.evaluate(listen, { timeoutMs: TIMEOUT_MS, audible: AUDIBLE });
  assert(loudness > AUDIBLE, `${who} hears sound: loudness ${loudness}`);
}

/** Makes a WAV of a tone that comes and goes: a steady one is taken for noise, and taken away. */
export function beepingFile(frequency: number): Uint8Array {
  const [rate, seconds] = [48_000, 2];
  const samples = Int16Array.from(
    { length: rate * seconds },
    (_, i) => i % 24_000 < 12_000 ? 16_000 * Math.sin(2 * Math.PI * frequency * i / rate) : 0,
  );
  const file = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(file.buffer);
  const write = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  write(8, "WAVEfmt ");
  // 16 bytes of format: PCM, one channel of 16 bits.
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) {
    view.setUint16(at, value, true);
  }
  for (const [at, value] of [[16, 16], [24, rate], [28, 2 * rate]] as const) {
    view.setUint32(at, value, true);
  }
  write(36, "data");
  view.setUint32(40, samples.byteLength, true);
  file.set(new Uint8Array(samples.buffer), 44);
  return file;
}

/** Tells which of some frequencies are heard from a page's video for a moment; "silence" when nothing is. */
export function tonesHeard(
  page: ScriptedPage,
  frequencies: number[],
): Promise<number[] | "silence"> {
  return page.evaluate(listenForTones, { frequencies, audible: AUDIBLE });
}

/** Runs in the page: see `tonesHeard`. */
async function listenForTones(
  { frequencies, audible }: { frequencies: number[]; audible: number },
): Promise<number[] | "silence"> {
  const audio = new AudioContext();
  await audio.resume();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  const stream = document.querySelector("video")!.srcObject as MediaStream;
  audio.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const loudest = frequencies.map(() => -Infinity);
  let isSilent = true;
  // Longer than what comes and goes is away.
  for (const end = performance.now() + 1_200; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > audible)) isSilent = false;
    analyser.getFloatFrequencyData(levels);
    for (const [i, frequency] of frequencies.entries()) {
      const bin = Math.round(frequency * analyser.fftSize / audio.sampleRate);
      loudest[i] = Math.max(loudest[i]!, ...levels.subarray(bin - 1, bin + 2));
    }
  }
  await audio.close();
  // A tone of a tenth of what can be sent; what is beside it is far below that.
  return isSilent ? "silence" : frequencies.filter((_, i) => loudest[i]! > -40);
}

/** Runs in the page: counts new frames, and how often the content differed from when it last did. */
async function watchPicture(
  { timeoutMs, within }: { timeoutMs: number; within: string },
): Promise<{ frames: number; changes: number }> {
  const canvas = new OffscreenCanvas(64, 36);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const seen = { frames: 0, changes: 0 };
  let lastFrames: number | undefined;
  let lastPixels: Uint8ClampedArray | undefined;
  for (const end = performance.now() + timeoutMs; performance.now() < end;) {
    const place = within ? document.querySelector(within)?.shadowRoot : document;
    const video = place?.querySelector("video");
    if (video?.videoWidth) {
      // Firefox counts only those that it has painted, and elsewhere.
      const frames = (video as { mozPaintedFrames?: number }).mozPaintedFrames ??
        video.getVideoPlaybackQuality().totalVideoFrames;
      // The count begins again with each stream.
      if (lastFrames !== undefined && frames > lastFrames) seen.frames += frames - lastFrames;
      lastFrames = frames;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
      const differing = lastPixels &&
        pixels.filter((value, i) => Math.abs(value - lastPixels![i]!) > 32).length;
      // The clock and the figure alone change far more than noise does.
      const hasChanged = differing !== undefined && differing > 10;
      if (hasChanged) seen.changes++;
      if (hasChanged || !lastPixels) lastPixels = pixels;
      if (seen.frames >= 15 && seen.changes >= 5) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return seen;
}

/** Runs in the page: returns the loudest moment so far, as soon as that is audible. */
async function listen(
  { timeoutMs, audible }: { timeoutMs: number; audible: number },
): Promise<number> {
  const audio = new AudioContext();
  await audio.resume();
  const analyser = audio.createAnalyser();
  const samples = new Float32Array(analyser.fftSize);
  let source: MediaStreamAudioSourceNode | undefined;
  let loudest = 0;
  for (const end = performance.now() + timeoutMs; performance.now() < end && loudest <= audible;) {
    const stream = document.querySelector("video")?.srcObject as MediaStream | null | undefined;
    if (stream && stream !== source?.mediaStream) {
      source?.disconnect();
      source = audio.createMediaStreamSource(stream);
      source.connect(analyser);
    }
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    loudest = Math.max(loudest, Math.sqrt(power));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await audio.close();
  return loudest;
}
