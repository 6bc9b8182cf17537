/**
 * What is asked before going live: a name for the broadcast and, if one likes, one's own. The fields
 * keep their own text, so what was typed before the page woke up is not lost.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { MAX_PEER_NAME_LENGTH } from "../../lib/protocol/limits.ts";
import { type Problem } from "../parts/notice.tsx";
import { keepName, recallName } from "../parts/your_name.ts";

interface SetupFormProps {
  suggestedName: string;
  /** What is wrong with the name, if anything. */
  nameProblem: Problem | null;
  /** True once the page can act. */
  ready: boolean;
  busy: boolean;
  onGoLive: (name: string, peerName: string) => void;
  /** What else is asked. */
  children?: ComponentChildren;
}

/** Asks for the names and goes live. */
export function SetupForm(
  { suggestedName, nameProblem, ready, busy, onGoLive, children }: SetupFormProps,
) {
  const nameField = useRef<HTMLInputElement>(null);
  const peerNameField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    peerNameField.current!.value ||= recallName();
  }, []);
  useEffect(() => {
    if (nameProblem) nameField.current?.select();
  }, [nameProblem]);

  function handleSubmit(event: SubmitEvent) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const peerName = String(fields.get("peerName")).trim();
    keepName(peerName);
    onGoLive(String(fields.get("name")).trim(), peerName);
  }

  return (
    <form class="panel" noValidate autoComplete="off" onSubmit={handleSubmit}>
      <h2>New broadcast</h2>
      <div class="field">
        <label for="name">Name</label>
        <input
          id="name"
          name="name"
          ref={nameField}
          defaultValue={suggestedName}
          autoCapitalize="none"
          spellcheck={false}
          aria-describedby="name-hint"
          aria-invalid={nameProblem ? "true" : undefined}
        />
        <p class="hint" id="name-hint">
          {nameProblem
            ? (
              <span class="fault" role="alert">
                <strong>{nameProblem.title}</strong> {nameProblem.text}
              </span>
            )
            : "What your broadcast is called. It becomes part of the link."}
        </p>
      </div>
      <div class="field">
        <label for="peer-name">Your name</label>
        <input
          id="peer-name"
          name="peerName"
          ref={peerNameField}
          maxLength={MAX_PEER_NAME_LENGTH}
          autoComplete="nickname"
          aria-describedby="peer-name-hint"
        />
        <p class="hint" id="peer-name-hint">Optional. Viewers see it beside the title.</p>
      </div>
      {children}
      <button type="submit" class="button primary large" disabled={!ready || busy}>
        {busy ? "Going live…" : "Go live"}
      </button>
    </form>
  );
}
