/** A few words about what a key has done, which go away by themselves. */
import { useEffect, useState } from "preact/hooks";

/** Long enough to be read. */
const SAID_MS = 1_200;

/** Returns what is to be said, "" for nothing, and what says it. */
export function useSaid(): { said: string; say: (text: string) => void } {
  const [said, setSaid] = useState({ text: "" });
  useEffect(() => {
    if (!said.text) return;
    const timer = setTimeout(() => setSaid({ text: "" }), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return { said: said.text, say: (text) => setSaid({ text }) };
}
