/** A button over the picture: only its sign is seen, its name and its key are told on pointing at it. */
import type { ComponentChildren } from "preact";

interface ControlButtonProps {
  label: string;
  /** The key that does the same. */
  keys: string;
  onClick: () => void;
  /** How much room there has to be for it; always shown by default. `page`: only beside a page. */
  when?: "wide" | "middle" | "page";
  /** For what is on or off. */
  isPressed?: boolean;
  children: ComponentChildren;
}

/** Shows one of the controls. */
export function ControlButton(
  { label, keys, onClick, when, isPressed, children }: ControlButtonProps,
) {
  return (
    <button
      type="button"
      class="control"
      aria-label={label}
      aria-keyshortcuts={keys}
      aria-pressed={isPressed}
      title={`${label} (${keys.toUpperCase()})`}
      data-when={when}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
