/**
 * The page's one place for working with sound. It begins only after somebody has pressed something,
 * so it is woken whenever that may have happened.
 */

let context: AudioContext | null = null;

/** Returns it, awake if the browser allows that now. */
export function pageAudio(): AudioContext {
  if (!context) {
    context = new AudioContext();
    const wake = () => void context!.resume().catch(() => {});
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake);
  }
  if (context.state !== "running") context.resume().catch(() => {});
  return context;
}
