/**
 * Opens the camera and the microphone that were chosen, or those of them that are there. Both are
 * asked for at once where both are needed, so that a browser asks but once.
 */
import { stopTracks } from "../../../lib/client/camera.ts";
import { cameraConstraints, QUALITIES, type QualityName } from "../../../lib/client/quality.ts";
import { type Client, codeOf } from "../../parts/client.ts";
import { deviceConstraint, deviceOptions } from "./device_list.ts";

/** What is to be opened, by the id that was chosen; null takes any, undefined none. */
export interface WantedDevices {
  camera?: string | null;
  microphone?: string | null;
  quality: QualityName;
}

/** What was opened. */
export interface OpenedDevices {
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
}

/** No camera, where there may be a microphone. */
export class NoCameraError extends Error {
  override name = "NoCameraError";
  readonly code = "no_camera";
}

/**
 * Opens what is wanted; what is missing is null. Resolves with null, and with nothing open, when
 * `isWanted` has become false meanwhile.
 *
 * @throws {TributaryError} as the SDK's `startCamera`, when nothing of it could be opened
 * @throws {NoCameraError} when nothing but a camera was wanted, and there is none
 */
export async function openDevices(
  client: Pick<Client, "startCamera">,
  { camera, microphone, quality }: WantedDevices,
  isWanted: () => boolean,
): Promise<OpenedDevices | null> {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
  const video = camera !== undefined && {
    ...cameraConstraints(QUALITIES[quality]),
    ...deviceConstraint(camera, deviceOptions(devices, "videoinput")),
  };
  const audio = microphone !== undefined &&
    { ...deviceConstraint(microphone, deviceOptions(devices, "audioinput")) };
  const tries = video && audio ? [{ video, audio }, { video }, { audio }] : [{ video, audio }];
  let failure: unknown;
  for (const constraints of tries) {
    if (!isWanted()) return null;
    try {
      const stream = await client.startCamera(constraints);
      if (!isWanted()) {
        stopTracks(stream);
        return null;
      }
      const [picture = null] = stream.getVideoTracks();
      const [sound = null] = stream.getAudioTracks();
      return { camera: picture, microphone: sound };
    } catch (error) {
      if (!isWanted()) return null;
      failure = error;
      // Browsers refuse to open both when one is missing, and do not say which.
      if (codeOf(error) !== "camera_missing") throw error;
    }
  }
  throw audio ? failure : new NoCameraError();
}
