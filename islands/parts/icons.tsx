/**
 * The few icons the pages use, drawn on a 24-unit grid in the current colour. Decoration only: the
 * button or text beside an icon carries the meaning.
 */
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{children}
  </svg>;
}

/** A camera. */
export const CameraIcon = () => (
  <Icon>
    <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
    <path d="m15.5 11 5.5-3v8l-5.5-3" />
  </Icon>
);

/** Two sheets: copy. */
export const CopyIcon = () => (
  <Icon>
    <rect x="8.5" y="8.5" width="11" height="11" rx="2.5" />
    <path d="M5.5 15.5h-1v-9a2 2 0 0 1 2-2h9v1" />
  </Icon>
);

/** A tick: done. */
export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

/** A loudspeaker, silent or not. */
export const SoundIcon = ({ muted }: { muted: boolean }) => (
  <Icon>
    <path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4z" />
    {muted
      ? <path d="m16 9.5 5 5m0-5-5 5" />
      : <path d="M15.5 9a4.5 4.5 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11" />}
  </Icon>
);

/** A triangle: play. */
export const PlayIcon = () => (
  <Icon>
    <path d="M8 5.5v13l10.5-6.5z" />
  </Icon>
);

/** A microphone, on or off. */
export const MicrophoneIcon = ({ muted }: { muted: boolean }) => (
  <Icon>
    <rect x="9" y="3.5" width="6" height="10.5" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    {muted && <path d="m4 3 16 18" />}
  </Icon>
);

/** A screen. */
export const ScreenIcon = () => (
  <Icon>
    <rect x="3" y="4.5" width="18" height="12" rx="2.5" />
    <path d="M8.5 20.5h7" />
  </Icon>
);

/** Four corners: full screen. */
export const FullScreenIcon = () => (
  <Icon>
    <path d="M4 9V5a1 1 0 0 1 1-1h4m6 0h4a1 1 0 0 1 1 1v4m0 6v4a1 1 0 0 1-1 1h-4m-6 0H5a1 1 0 0 1-1-1v-4" />
  </Icon>
);

/** An eye: viewers. */
export const ViewersIcon = () => (
  <Icon>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
    <circle cx="12" cy="12" r="2.8" />
  </Icon>
);

/** An angle that points down: there is more to choose from. */
export const ChooseIcon = () => (
  <Icon>
    <path d="m6.5 9.5 5.5 5.5 5.5-5.5" />
  </Icon>
);

/** A magnifying glass: larger or smaller. */
export const ZoomIcon = ({ isIn = false }: { isIn?: boolean }) => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6" />
    <path d={isIn ? "m15 15 5 5M8 10.5h5m-2.5-2.5v5" : "m15 15 5 5M8 10.5h5"} />
  </Icon>
);

/** A cross: close. */
export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12m0-12L6 18" />
  </Icon>
);

/** A paper plane: send. */
export const SendIcon = () => (
  <Icon>
    <path d="M20.5 3.5 10.5 13.5M20.5 3.5l-6 17-4-7-7-4z" />
  </Icon>
);

/** Three dots: there is more that can be done. */
export const MoreIcon = () => (
  <Icon>
    <path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3" />
  </Icon>
);

/** Two bars: pause. */
export const PauseIcon = () => (
  <Icon>
    <path d="M8.5 5.5v13m7-13v13" />
  </Icon>
);

/** A picture inside a picture. */
export const PictureInPictureIcon = () => (
  <Icon>
    <rect x="3" y="4.5" width="18" height="15" rx="2.5" />
    <rect x="11.5" y="11.5" width="6.5" height="5" rx="1" />
  </Icon>
);

/** A frame that is wider than others: theatre. */
export const TheatreIcon = ({ wide }: { wide: boolean }) => (
  <Icon>
    <rect x="2.5" y="6" width="19" height="12" rx="2.5" />
    {wide
      ? <path d="m9 9.5-2.5 2.5L9 14.5m6-5 2.5 2.5-2.5 2.5" />
      : <path d="m6.5 9.5 2.5 2.5-2.5 2.5m11-5L15 12l2.5 2.5" />}
  </Icon>
);

/** A curve over a line: figures over time. */
export const StatisticsIcon = () => (
  <Icon>
    <path d="M4 4.5v15h16" />
    <path d="m7.5 14 3.5-4 3 2.5 5-6" />
  </Icon>
);

/** Keys. */
export const KeyboardIcon = () => (
  <Icon>
    <rect x="2.5" y="6" width="19" height="12" rx="2.5" />
    <path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8" />
  </Icon>
);

/** A peer with those it carries. */
export const TreeIcon = () => (
  <Icon>
    <circle cx="12" cy="5.5" r="2.5" />
    <circle cx="6" cy="18.5" r="2.5" />
    <circle cx="18" cy="18.5" r="2.5" />
    <path d="M12 8v3.5m0 0c0 2.5-6 1.5-6 4.5m6-4.5c0 2.5 6 1.5 6 4.5" />
  </Icon>
);

/** An arrow out of a frame: opens a tab of its own. */
export const OpenIcon = () => (
  <Icon>
    <path d="M13.5 4.5h6v6m0-6-8 8M10 5.5H6a1.5 1.5 0 0 0-1.5 1.5v11A1.5 1.5 0 0 0 6 19.5h11a1.5 1.5 0 0 0 1.5-1.5v-4" />
  </Icon>
);

/** A camera that is crossed out. */
export const CameraOffIcon = () => (
  <Icon>
    <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
    <path d="m15.5 11 5.5-3v8l-5.5-3M4 3l16 18" />
  </Icon>
);

/** A screen with something in its corner. */
export const ScreenAndCameraIcon = () => (
  <Icon>
    <rect x="3" y="4.5" width="18" height="15" rx="2.5" />
    <rect x="12.5" y="12" width="5.5" height="4.5" rx="1" />
  </Icon>
);

/** A strip of film. */
export const FilmIcon = () => (
  <Icon>
    <rect x="3" y="5" width="18" height="14" rx="2.5" />
    <path d="M7.5 5v14m9-14v14M3 9.7h4.5m-4.5 4.6h4.5m9-4.6H21m-4.5 4.6H21" />
  </Icon>
);

/** Two arrows: choose another. */
export const SwitchIcon = () => (
  <Icon>
    <path d="M4 8.5h15m-3.5-4 4 4-4 4M20 16H5m3.5-4-4 4 4 4" />
  </Icon>
);

/** A full circle: record; a square: stop. */
export const RecordIcon = ({ on }: { on: boolean }) => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    {on
      ? <rect x="9" y="9" width="6" height="6" rx="1" fill="currentColor" />
      : <circle cx="12" cy="12" r="3.5" fill="currentColor" />}
  </Icon>
);

/** An arrow out of a box: share. */
export const ShareIcon = () => (
  <Icon>
    <path d="M12 14.5V3.5m-4 4 4-4 4 4M6.5 11.5H5v8.5h14v-8.5h-1.5" />
  </Icon>
);

/** A circle with a bar at its top: end. */
export const EndIcon = () => (
  <Icon>
    <path d="M12 3.5v8M7.5 6.2a7.7 7.7 0 1 0 9 0" />
  </Icon>
);
