/**
 * The viewer's own name, below the picture: nobody is asked for it before watching, and the
 * broadcaster sees it as soon as it is given.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_PEER_NAME_LENGTH } from "../../lib/protocol/limits.ts";
import { CheckIcon } from "../parts/icons.tsx";
import { keepName, recallName } from "../parts/your_name.ts";

/** How long "Saved" stays: long enough to be read. */
const SAID_MS = 2500;

/** Asks for the name; `onChange` is called when another one has been kept. */
export function NameForm({ onChange }: { onChange: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [isSaved, setSaved] = useState(false);

  useEffect(() => {
    // What was typed before the page woke up stays.
    field.current!.value ||= recallName();
  }, []);

  useEffect(() => {
    if (!isSaved) return;
    const timer = setTimeout(() => setSaved(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isSaved]);

  function handleSubmit(event: SubmitEvent) {
    event.preventDefault();
    const name = field.current!.value = field.current!.value.trim();
    // This takes a phone's keyboard away, so that the picture is in sight again.
    if (matchMedia("(pointer: coarse)").matches) field.current!.blur();
    setSaved(true);
    if (name === recallName()) return;
    keepName(name);
    onChange();
  }

  return (
    <form class="field your-name" autoComplete="off" onSubmit={handleSubmit}>
      <label for="your-name">Your name</label>
      <input
        id="your-name"
        ref={field}
        maxLength={MAX_PEER_NAME_LENGTH}
        autoComplete="nickname"
        enterKeyHint="done"
        aria-describedby="your-name-hint"
      />
      <button type="submit" class="button quiet">
        {isSaved && <CheckIcon />}
        {isSaved ? "Saved" : "Save"}
      </button>
      <p class="hint" id="your-name-hint">Optional. The broadcaster sees who is watching.</p>
      <p class="hidden" role="status">{isSaved && "Your name is saved."}</p>
    </form>
  );
}
