/** Everything that brings viewers: the link to copy or to send, its QR code, and code for other pages. */
import { useEffect, useRef, useState } from "preact/hooks";
import { CheckIcon, CopyIcon, ShareIcon } from "../parts/icons.tsx";
import { useCopy } from "../parts/use_copy.ts";
import { elementCode, iframeCode } from "./embed_code.ts";
import { Modal } from "./modal.tsx";

interface ShareDialogProps {
  name: string;
  title: string;
  href: string;
  onClose: () => void;
}

/** Shows the ways to share. */
export function ShareDialog({ name, title, href, onClose }: ShareDialogProps) {
  const { origin } = new URL(href);
  const canSend = typeof navigator.share === "function";
  // Whoever changes their mind is told nothing.
  const send = () => navigator.share({ title: title || name, url: href }).catch(() => {});
  return (
    <Modal title="Share" onClose={onClose}>
      {() => (
        <>
          <div class="share-code">
            <QrCode text={href} />
            <p>Point a phone’s camera at it to watch there.</p>
          </div>
          <CopyField label="Link" text={href} />
          {canSend && (
            <button type="button" class="button" onClick={send}>
              <ShareIcon /> Send to…
            </button>
          )}
          <details class="fold">
            <summary>Show it on another page</summary>
            <div class="share-embed">
              <CopyField label="As a frame" text={iframeCode(origin, name)} isCode />
              <CopyField label="As an element" text={elementCode(origin, name)} isCode />
            </div>
          </details>
        </>
      )}
    </Modal>
  );
}

/** A QR code of a text; its place is kept while it is made. */
function QrCode({ text }: { text: string }) {
  const [code, setCode] = useState<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    import("./qr_code.ts").then(({ qrCode }) => isCurrent && setCode(qrCode(text)));
    return () => {
      isCurrent = false;
    };
  }, [text]);
  return (
    <div class="qr-code">
      {code && (
        <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label="QR code of the link">
          <path d={code.path} />
        </svg>
      )}
    </div>
  );
}

interface CopyFieldProps {
  label: string;
  text: string;
  isCode?: boolean;
}

/** A text with a button that copies it; where that is not allowed, it selects it instead. */
function CopyField({ label, text, isCode = false }: CopyFieldProps) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const { said, copy } = useCopy(text, field);

  const selected = {
    onFocus: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      currentTarget.select(),
  };
  const words = said === "copied" ? "Copied" : said === "selected" ? "Selected" : "Copy";
  return (
    <div class="copy-field">
      {isCode
        ? <textarea ref={field} readOnly aria-label={label} rows={3} value={text} {...selected} />
        : <input ref={field} readOnly aria-label={label} value={text} {...selected} />}
      <button type="button" class={isCode ? "button" : "button primary"} onClick={copy}>
        {said === "copied" ? <CheckIcon /> : <CopyIcon />}
        <span>
          {words} <span class="hidden">{label}</span>
        </span>
      </button>
      <p class="hidden" role="status">
        {said === "copied" && `${label} is copied.`}
        {said === "selected" && `${label} is selected: copy it with your keyboard.`}
      </p>
    </div>
  );
}
