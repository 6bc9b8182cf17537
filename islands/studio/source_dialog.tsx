/** Another source while live: viewers see the picture change, and nobody joins again. */
import { Modal } from "./modal.tsx";
import { SourcePicker } from "./source_picker.tsx";
import type { SourceKind } from "./sources/source_kind.ts";
import type { useStudio } from "./use_studio.ts";

interface SourceDialogProps {
  studio: ReturnType<typeof useStudio>;
  onClose: () => void;
}

/** Asks what to show instead, and closes when that is shown. */
export function SourceDialog({ studio, onClose }: SourceDialogProps) {
  return (
    <Modal title="What viewers see" onClose={onClose}>
      {(close) => {
        const open = async (kind: SourceKind, file?: File) => {
          if (await studio.open(kind, file)) close();
        };
        return (
          <>
            <SourcePicker
              sources={studio.sources}
              ready={studio.ready}
              isDialog
              onOpen={open}
              onChooseCamera={studio.chooseCamera}
              onChooseMicrophone={studio.chooseMicrophone}
            />
            <p class="hint">Your broadcast goes on while you change it.</p>
          </>
        );
      }}
    </Modal>
  );
}
