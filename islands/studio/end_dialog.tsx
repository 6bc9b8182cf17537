/** Asks before a broadcast ends, and says for how many it does. */
import { Modal } from "./modal.tsx";

interface EndDialogProps {
  viewers: number;
  isRecording: boolean;
  onEnd: () => void;
  onClose: () => void;
}

/** Asks whether to end. */
export function EndDialog({ viewers, isRecording, onEnd, onClose }: EndDialogProps) {
  return (
    <Modal title="End this broadcast?" onClose={onClose}>
      {(close) => (
        <>
          <p>
            {watching(viewers)} {isRecording && "Your recording is saved first."}
          </p>
          <p class="actions">
            <button type="button" class="button" onClick={close}>Stay live</button>
            <button
              type="button"
              class="button danger"
              onClick={() => {
                close();
                onEnd();
              }}
            >
              End for everyone
            </button>
          </p>
        </>
      )}
    </Modal>
  );
}

/** Says how many are watching, and what ending means to them. */
export function watching(viewers: number): string {
  if (viewers === 0) return "Nobody is watching at the moment.";
  return viewers === 1
    ? "One viewer is watching and will see that it is over."
    : `${viewers} viewers are watching and will see that it is over.`;
}
