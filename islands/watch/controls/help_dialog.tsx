/** The keyboard shortcuts, in a dialog. */
import { useEffect, useRef } from "preact/hooks";
import { type ShortcutAction, SHORTCUTS } from "./shortcuts.ts";

interface HelpDialogProps {
  /** What can be done here. */
  has: (action: ShortcutAction) => boolean;
  /** Whether the keys count outside of the player, too. */
  isWholePage: boolean;
  onWholePage: (isWholePage: boolean) => void;
  onClose: () => void;
}

/** Lists the shortcuts until it is closed. */
export function HelpDialog({ has, isWholePage, onWholePage, onClose }: HelpDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog
      class="dialog help-dialog"
      ref={dialog}
      aria-labelledby="help-title"
      onClose={onClose}
      // A click on what is behind it hits the dialog itself and nothing in it.
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}
    >
      <h2 id="help-title">Keyboard shortcuts</h2>
      <dl class="shortcuts">
        {SHORTCUTS.filter(({ action }) => has(action)).map(({ action, keys, text }) => (
          <div key={action}>
            <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isWholePage}
          onChange={({ currentTarget }) => onWholePage(currentTarget.checked)}
        />
        Anywhere on this page, not only in the player
      </label>
      <form method="dialog" class="actions">
        <button type="submit" class="button">Close</button>
      </form>
    </dialog>
  );
}
