/**
 * The broadcaster's own picture, exactly as viewers get it (not mirrored). It keeps its shape from
 * the first paint on, so nothing moves when the camera starts.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface StageProps {
  stream: MediaStream | null;
  /** What lies on the picture: badge, clock. */
  children?: ComponentChildren;
  /** What stands in the place of the picture while there is none. */
  placeholder: ComponentChildren;
}

/** Shows the preview, or a placeholder of the same size. */
export function Stage({ stream, children, placeholder }: StageProps) {
  const video = useRef<HTMLVideoElement>(null);
  const hasPicture = stream !== null && stream.getVideoTracks().length > 0;
  useEffect(() => {
    const element = video.current!;
    element.srcObject = stream;
    if (!stream) return;
    // A muted video may always play; it is interrupted only by the next stream.
    element.muted = true;
    element.play().catch(() => {});
  }, [stream]);

  return (
    <div class="stage">
      <video
        ref={video}
        muted
        playsInline
        aria-label="Preview of your broadcast"
        hidden={!hasPicture}
      />
      {!hasPicture && <div class="stage-placeholder">{placeholder}</div>}
      {children}
    </div>
  );
}
