/**
 * What is shown to viewers: one of a few kinds of source, its devices, and where the camera lies on the
 * screen. Before going live it is part of the page, afterwards of a dialog.
 */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import {
  CameraIcon,
  ChooseIcon,
  FilmIcon,
  ScreenAndCameraIcon,
  ScreenIcon,
} from "../parts/icons.tsx";
import { type DeviceOption, NO_MICROPHONE } from "./sources/device_list.ts";
import { CORNERS, type Inset, INSET_SIZES } from "./sources/inset.ts";
import {
  showsCamera,
  SOURCE_ACTIONS,
  SOURCE_NAMES,
  type SourceKind,
  whyNot,
} from "./sources/source_kind.ts";
import type { useSources } from "./use_sources.ts";

const KINDS = Object.keys(SOURCE_NAMES) as SourceKind[];

const ICONS: Record<SourceKind, () => ComponentChildren> = {
  camera: CameraIcon,
  screen: ScreenIcon,
  both: ScreenAndCameraIcon,
  file: FilmIcon,
};

interface SourcePickerProps {
  sources: ReturnType<typeof useSources>;
  /** True once the page can act. */
  ready: boolean;
  /** True where nothing else is to be pressed. */
  isDialog?: boolean;
  onOpen: (kind: SourceKind, file?: File) => void;
  onChooseCamera: (id: string) => void;
  onChooseMicrophone: (id: string) => void;
}

/** Asks what to show. */
export function SourcePicker(
  { sources, ready, isDialog, onOpen, onChooseCamera, onChooseMicrophone }: SourcePickerProps,
) {
  const { choices, abilities, devices, kind, stopped } = sources;
  const chosen = choices.kind;
  const reasons = new Set(KINDS.flatMap((kind) => whyNot(kind, abilities) ?? []));
  const isShown = kind === chosen && sources.stream !== null && !stopped;
  return (
    <div class="source-picker">
      <fieldset class="segments" disabled={!ready}>
        <legend class="hidden">What viewers see</legend>
        {KINDS.map((kind) => {
          const Icon = ICONS[kind];
          return (
            <label key={kind}>
              <input
                type="radio"
                name="source"
                checked={kind === chosen}
                disabled={whyNot(kind, abilities) !== null}
                onChange={() => sources.chooseKind(kind)}
              />
              <Icon /> {SOURCE_NAMES[kind]}
            </label>
          );
        })}
      </fieldset>
      {[...reasons].map((reason) => <p key={reason} class="hint">{reason}</p>)}
      <div class="source-fields">
        {showsCamera(chosen) && (
          <DeviceSelect
            label="Camera"
            options={devices.cameras}
            chosen={choices.camera}
            current={sources.cameraId}
            disabled={!ready}
            onChoose={onChooseCamera}
          />
        )}
        <DeviceSelect
          label="Microphone"
          options={[...devices.microphones, { id: NO_MICROPHONE, label: "No microphone" }]}
          chosen={choices.microphone}
          current={sources.microphoneId}
          disabled={!ready}
          onChoose={onChooseMicrophone}
        />
      </div>
      {chosen === "both" && <InsetFields inset={choices.inset} onChoose={sources.chooseInset} />}
      {/* Before anything is shown, the stage has this button. */}
      {(sources.stream || stopped) && (!isShown || chosen === "file") && (
        <p class="actions">
          <SourceButton
            kind={chosen}
            words={isShown
              ? "Choose another video"
              : chosen === "camera"
              ? "Show camera"
              : SOURCE_ACTIONS[chosen]}
            disabled={!ready}
            class={isDialog ? "button primary" : "button"}
            onOpen={onOpen}
          />
        </p>
      )}
    </div>
  );
}

interface SourceButtonProps {
  kind: SourceKind;
  words: string;
  disabled?: boolean;
  class: string;
  onOpen: (kind: SourceKind, file?: File) => void;
  /** What stands before the words. */
  children?: ComponentChildren;
}

/** Opens a source; for a video the browser asks which. */
export function SourceButton(
  { kind, words, disabled, class: className, onOpen, children }: SourceButtonProps,
) {
  const input = useRef<HTMLInputElement>(null);
  const open = () => kind === "file" ? input.current!.click() : onOpen(kind);
  return (
    <>
      <button type="button" class={className} disabled={disabled} onClick={open}>
        {children}
        {words}
      </button>
      {kind === "file" && (
        <input
          ref={input}
          type="file"
          accept="video/*"
          hidden
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file) onOpen("file", file);
            // The same one may be chosen again.
            currentTarget.value = "";
          }}
        />
      )}
    </>
  );
}

interface DeviceSelectProps {
  label: string;
  options: DeviceOption[];
  /** The id that was chosen; null takes any. */
  chosen: string | null;
  /** The id of the one that is on. */
  current: string | null;
  disabled: boolean;
  onChoose: (id: string) => void;
}

function DeviceSelect({ label, options, chosen, current, disabled, onChoose }: DeviceSelectProps) {
  const id = useId();
  const isKnown = (id: string | null) => options.some((option) => option.id === id);
  const value = isKnown(chosen) ? chosen! : isKnown(current) ? current! : "";
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <span class="select">
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          {value === "" && <option value="">The one you use by default</option>}
          {options.map(({ id, label }) => <option key={id} value={id}>{label}</option>)}
        </select>
        <ChooseIcon />
      </span>
    </div>
  );
}

function InsetFields({ inset, onChoose }: { inset: Inset; onChoose: (inset: Inset) => void }) {
  return (
    <div class="source-fields">
      <Choice
        legend="Corner of the camera"
        look="corners"
        names={CORNERS}
        chosen={inset.corner}
        onChoose={(corner) => onChoose({ ...inset, corner })}
      />
      <Choice
        legend="Size of the camera"
        names={INSET_SIZES}
        chosen={inset.size}
        onChoose={(size) => onChoose({ ...inset, size })}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  look?: string;
  names: Record<T, string>;
  chosen: T;
  onChoose: (one: T) => void;
}

function Choice<T extends string>(
  { legend, look = "", names, chosen, onChoose }: ChoiceProps<T>,
) {
  const id = useId();
  return (
    <div class="field">
      <span class="field-legend" id={id}>{legend}</span>
      <div class={`segments ${look}`} role="radiogroup" aria-labelledby={id}>
        {(Object.keys(names) as T[]).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name={id}
              checked={name === chosen}
              onChange={() => onChoose(name)}
            />
            {names[name]}
          </label>
        ))}
      </div>
    </div>
  );
}
