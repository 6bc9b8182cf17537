/**
 * One track of several sounds: the microphone's with that of a screen or a film. The track stays
 * while what is in it changes, which recordings need. Knows nothing of where sounds come from.
 */
import { pageAudio } from "./audio.ts";

/** See the module's paragraph. */
export class SoundMix {
  readonly #out = pageAudio().createMediaStreamDestination();
  #inputs: { track: MediaStreamTrack; node: AudioNode }[] = [];

  /** What comes of it: one track for good. */
  get track(): MediaStreamTrack {
    return this.#out.stream.getAudioTracks()[0]!;
  }

  /** Mixes these from now on; without any it is silent. */
  setTracks(tracks: readonly MediaStreamTrack[]): void {
    const former = this.#inputs;
    for (const { track, node } of former) if (!tracks.includes(track)) node.disconnect();
    this.#inputs = tracks.map((track) =>
      former.find((input) => input.track === track) ?? { track, node: this.#connect(track) }
    );
  }

  /** Ends the track; those that were mixed go on. */
  close(): void {
    this.setTracks([]);
    this.track.stop();
  }

  #connect(track: MediaStreamTrack): AudioNode {
    const node = pageAudio().createMediaStreamSource(new MediaStream([track]));
    node.connect(this.#out);
    return node;
  }
}
