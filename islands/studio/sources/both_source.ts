/** Screen and camera in one picture, the camera in a corner of the screen. Loaded when it is chosen. */
import { Compositor } from "./compositor.ts";
import { type Inset, placeInset, type Size } from "./inset.ts";
import { openScreen } from "./screen_source.ts";
import type { Source } from "./source.ts";

/** What it can do besides. */
export interface BothSource extends Source {
  setSize(size: Size): void;
  setCamera(camera: MediaStreamTrack | null): void;
  setInset(inset: Inset): void;
}

/**
 * Asks for a screen, and puts a camera into it; resolves with null when nothing was chosen.
 *
 * @param onEnd is called when the broadcaster stops sharing in the browser
 */
export async function openBoth(
  { size, inset, onEnd }: { size: Size; inset: Inset; onEnd: () => void },
): Promise<BothSource | null> {
  const screen = await openScreen(onEnd);
  if (!screen) return null;
  const compositor = new Compositor(size);
  compositor.track.contentHint = "detail";
  let camera: MediaStreamTrack | null = null;
  let current = inset;
  const show = () =>
    compositor.setLayers([
      { track: screen.picture },
      ...camera
        ? [{
          track: camera,
          isInset: true,
          place: (whole: Size, picture: Size) => placeInset(whole, picture, current),
        }]
        : [],
    ]);
  show();
  return {
    kind: "both",
    picture: compositor.track,
    sound: screen.sound,
    setSize: (next) => compositor.setSize(next),
    setCamera(next) {
      camera = next;
      show();
    },
    setInset(next) {
      current = next;
      show();
    },
    close() {
      compositor.close();
      screen.close();
    },
  };
}
