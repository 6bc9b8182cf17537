/**
 * Copies a text. Where the clipboard is closed to pages (plain http, some embedded browsers) the field
 * that shows the text is selected instead, for the keyboard or a long press.
 */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** How long "Copied" stays: long enough to be read, short enough to copy again. */
const SAID_MS = 2500;

/** Returns what copies `text`, and what there is to say of it at the moment. */
export function useCopy(text: string, field: RefObject<{ select(): void } | null>) {
  const [said, setSaid] = useState<"" | "copied" | "selected">("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      field.current?.select();
      setSaid("selected");
    }
  }

  return { said, copy };
}
