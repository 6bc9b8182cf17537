/** Pictures of one colour, so that a test can tell at any viewer which source is seen, and where. */
import type { ScriptedPage } from "./scripted_page.ts";

/** Where to look, in parts of the picture. */
export interface Spot {
  x: number;
  y: number;
}

/** Makes a film of one colour as Chromium's pretended camera plays it; `y`, `u`, `v` as in video. */
export function colouredFilm(
  { width, height }: { width: number; height: number },
  [y, u, v]: [number, number, number],
): Uint8Array {
  const header = `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420\nFRAME\n`;
  const quarter = width * height / 4;
  const film = new Uint8Array(header.length + width * height * 1.5);
  film.set(new TextEncoder().encode(header));
  film.fill(y, header.length, header.length + 4 * quarter);
  film.fill(u, header.length + 4 * quarter, header.length + 5 * quarter);
  film.fill(v, header.length + 5 * quarter);
  return film;
}

/** Names the colour that a page's video has in some spots: red, green, blue, dark; none before the first. */
export function coloursAt(page: ScriptedPage, spots: Spot[]): Promise<string[]> {
  return page.evaluate((spots) => {
    const video = document.querySelector("video")!;
    const [width, height] = [320, 180];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    if (video.videoWidth === 0) return spots.map(() => "none");
    context.drawImage(video, 0, 0, width, height);
    return spots.map(({ x, y }) => {
      const [r, g, b] = context.getImageData(x * width, y * height, 1, 1).data as unknown as [
        number,
        number,
        number,
      ];
      if (Math.max(r, g, b) < 60) return "dark";
      if (r > 1.8 * Math.max(g, b)) return "red";
      if (g > 1.8 * Math.max(r, b)) return "green";
      return b > 1.8 * Math.max(r, g) ? "blue" : `${r} ${g} ${b}`;
    });
  }, spots);
}

/** Makes a WebM of a blue picture and a tone, as a browser records it. */
export async function recordFilm(page: ScriptedPage, ms: number): Promise<Uint8Array> {
  const bytes = await page.evaluate(async (ms) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 180];
    const context = canvas.getContext("2d")!;
    const timer = setInterval(() => {
      context.fillStyle = `rgb(0 0 ${200 + performance.now() % 50})`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 30);
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const tracks = [...canvas.captureStream().getTracks(), ...out.stream.getTracks()];
    const recorder = new MediaRecorder(new MediaStream(tracks), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const stopped = new Promise((resolve) => recorder.onstop = resolve);
    recorder.stop();
    await stopped;
    clearInterval(timer);
    await audio.close();
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  }, ms);
  return new Uint8Array(bytes);
}
