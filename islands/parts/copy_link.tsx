/**
 * The link to share, with a button that copies it. Where the clipboard is closed to pages (plain
 * http, some embedded browsers) it selects the link instead and says so.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CheckIcon, CopyIcon } from "./icons.tsx";

/** How long "Copied" stays: long enough to be read, short enough to copy again. */
const SAID_MS = 2500;

interface CopyLinkProps {
  label: string;
  href: string;
  /** What else can be done with the link. */
  children?: ComponentChildren;
}

/** Shows a link to share and copies it on demand. */
export function CopyLink({ label, href, children }: CopyLinkProps) {
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState<"" | "copied" | "selected">("");

  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(href);
      setSaid("copied");
    } catch {
      field.current?.select();
      setSaid("selected");
    }
  }

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
