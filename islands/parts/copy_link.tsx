/** The link to share, with a button that copies it or says how else that is done. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { CheckIcon, CopyIcon } from "./icons.tsx";
import { useCopy } from "./use_copy.ts";

interface CopyLinkProps {
  label: string;
  href: string;
  /** What else can be done with the link. */
  children?: ComponentChildren;
}

/** Shows a link to share and copies it on demand. */
export function CopyLink({ label, href, children }: CopyLinkProps) {
  const field = useRef<HTMLInputElement>(null);
  const { said, copy } = useCopy(href, field);

  return (
    <div class="field">
      <label for="share-link">{label}</label>
      <input
        id="share-link"
        ref={field}
        readOnly
        value={href}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p class="share-actions">
        <button type="button" class="button primary" onClick={copy}>
          {said === "copied" ? <CheckIcon /> : <CopyIcon />}
          {said === "copied" ? "Copied" : "Copy"}
        </button>
        {children}
      </p>
      <p class={said === "selected" ? "hint" : "hidden"} role="status">
        {said === "selected" && "The link is selected: copy it with your keyboard or a long press."}
        {said === "copied" && "The link is copied."}
      </p>
    </div>
  );
}
