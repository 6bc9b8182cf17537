/**
 * How good the picture is, and what that costs the broadcaster. Told what to show; knows nothing of
 * the SDK but what its qualities are.
 */
import { type PictureSize, QUALITIES, type QualityName } from "../../lib/client/quality.ts";
import { ChooseIcon } from "../parts/icons.tsx";

const NAMES = Object.keys(QUALITIES) as QualityName[];

interface QualityFieldProps {
  quality: QualityName;
  /** What the camera gives, where that is less; null otherwise. */
  given: PictureSize | null;
  /** True once the page can act. */
  ready: boolean;
  onChoose: (quality: QualityName) => void;
}

/** Asks for the quality; a choice counts at once. */
export function QualityField({ quality, given, ready, onChoose }: QualityFieldProps) {
  return (
    <div class="field">
      <label for="quality">Quality</label>
      <span class="select">
        <select
          id="quality"
          value={quality}
          disabled={!ready}
          aria-describedby="quality-hint"
          onChange={(event) => onChoose(event.currentTarget.value as QualityName)}
        >
          {NAMES.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
        <ChooseIcon />
      </span>
      <p class="hint" id="quality-hint">
        {costOf(quality)} <span role="status">{given && shortfallOf(given)}</span>
      </p>
    </div>
  );
}

/** Says what a quality costs. */
export function costOf(quality: QualityName): string {
  const mbits = QUALITIES[quality].maxBitrate / 1_000_000;
  return `Each viewer you carry yourself takes up to ${mbits}\u00a0Mbit/s of your upload.`;
}

/** Says that a camera gives less than was chosen. */
export function shortfallOf({ width, height }: PictureSize): string {
  return `Your camera gives ${width}x${height}, so that is what viewers get.`;
}
