/** What every kind of source gives to the studio. */
import type { SourceKind } from "./source_kind.ts";
import type { Size } from "./inset.ts";

/** A source that is open. */
export interface Source {
  readonly kind: SourceKind;
  readonly picture: MediaStreamTrack | null;
  /** Its own sound, beside the microphone's. */
  readonly sound: MediaStreamTrack | null;
  /** Begins to play, when it is shown. */
  play?(): void;
  /** Takes another size, where it makes its picture itself. */
  setSize?(size: Size): void;
  /** Takes another camera, or none, where the camera is one part of its picture. */
  setCamera?(camera: MediaStreamTrack | null): void;
  /** Gives back what it opened itself; cameras and microphones are the studio's. */
  close(): void;
}
