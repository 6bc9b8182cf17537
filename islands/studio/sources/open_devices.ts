/**
 * Opens the camera and the microphone that were chosen, or those of them that are there. Both are
 * asked for at once where both are needed, so that a browser asks but once.
 */
import { type Client, codeOf } from "../../parts/client.ts";
import { cameraConstraints, QUALITIES, type QualityName } from "../../../lib/client/quality.ts";
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

/**
 * Opens what is wanted; what is missing is null.
 *
 * @throws {TributaryError} as the SDK's `startCamera`, when nothing of it could be opened
 */
export async function openDevices(
  client: Pick<Client, "startCamera">,
  { camera, microphone, quality }: WantedDevices,
): Promise<OpenedDevices> {
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
    try {
      const stream = await client.startCamera(constraints);
      const [picture = null] = stream.getVideoTracks();
      const [sound = null] = stream.getAudioTracks();
      return { camera: picture, microphone: sound };
    } catch (error) {
      failure = error;
      // Browsers refuse to open both when one is missing, and do not say which.
      if (codeOf(error) !== "camera_missing") throw error;
    }
  }
  throw failure;
}
