/** A dialog: the browser's own, so that focus, Escape and what is behind are taken care of. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CloseIcon } from "../parts/icons.tsx";

interface ModalProps {
  /** Its heading, and its name. */
  title: string;
  /** Is called when it is closed, whatever closed it. */
  onClose: () => void;
  /** What is in it; `close` gives the focus back to where it was. */
  children: (close: () => void) => ComponentChildren;
}

/** Opens a dialog, for as long as it is there. */
export function Modal({ title, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog
      class="dialog studio-dialog"
      ref={dialog}
      aria-labelledby="dialog-title"
      onClose={onClose}
    >
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="button quiet icon-only" aria-label="Close" onClick={close}>
          <CloseIcon />
        </button>
      </div>
      {children(close)}
    </dialog>
  );
}
