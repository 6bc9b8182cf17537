/**
 * What is asked before going live: a name for the broadcast, which becomes its link, and if one likes
 * a title, one's own name and who may find it. The fields keep their own text, so what was typed
 * before the page woke up is not lost.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_PEER_NAME_LENGTH } from "../../lib/protocol/limits.ts";
import { type Problem } from "../parts/notice.tsx";
import { keepName, recallName } from "../parts/your_name.ts";
import type { Visibility } from "./kept_choices.ts";
import { linkPreview } from "./link_preview.ts";
import type { BroadcastForm } from "./use_studio.ts";

/** Longer ones are cut off wherever they are read. */
const MAX_TITLE_LENGTH = 100;

const AUDIENCES: Record<Visibility, { words: string; hint: string }> = {
  public: { words: "Public", hint: "Listed on the home page. Anyone can watch." },
  unlisted: { words: "Unlisted", hint: "Not listed. Only those with the link can watch." },
};

interface SetupFormProps {
  suggestedName: string;
  title: string;
  visibility: Visibility;
  /** What is wrong with the name, if anything. */
  nameProblem: Problem | null;
  /** True once the page can act. */
  ready: boolean;
  busy: boolean;
  onChooseVisibility: (visibility: Visibility) => void;
  onGoLive: (form: BroadcastForm) => void;
  /** What else is asked. */
  children?: ComponentChildren;
}

/** Asks for the names and goes live. */
export function SetupForm(props: SetupFormProps) {
  const { suggestedName, visibility, nameProblem, ready, busy, children } = props;
  const nameField = useRef<HTMLInputElement>(null);
  const peerNameField = useRef<HTMLInputElement>(null);
  const [link, setLink] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const preview = () => setLink(linkPreview(location.origin, nameField.current!.value));
  useEffect(() => {
    peerNameField.current!.value ||= recallName();
    preview();
  }, []);
  // What was wrong before may be wrong in the same way again.
  useEffect(() => {
    if (nameProblem) nameField.current?.select();
  }, [nameProblem, tries]);

  function handleSubmit(event: SubmitEvent) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const [name, title, peerName] = ["name", "title", "peerName"]
      .map((field) => String(fields.get(field)).trim()) as [string, string, string];
    keepName(peerName);
    setTries((count) => count + 1);
    props.onGoLive({ name, title, peerName });
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
          onInput={preview}
        />
        <p class="hint" id="name-hint">
          {nameProblem
            ? (
              <span key={tries} class="fault" role="alert">
                <strong>{nameProblem.title}</strong> {nameProblem.text}
              </span>
            )
            : <span class="link-preview">{link ?? "It becomes part of the link."}</span>}
        </p>
      </div>
      <div class="field">
        <label for="title">Title</label>
        <input
          id="title"
          name="title"
          defaultValue={props.title}
          maxLength={MAX_TITLE_LENGTH}
          placeholder="What it is about, if you like"
        />
      </div>
      <div class="field">
        <label for="peer-name">Your name</label>
        <input
          id="peer-name"
          name="peerName"
          ref={peerNameField}
          maxLength={MAX_PEER_NAME_LENGTH}
          autoComplete="nickname"
          placeholder="Shown beside the title, if you like"
        />
      </div>
      <div class="field">
        <span class="field-legend" id="audience">Who may watch</span>
        <div class="segments" role="radiogroup" aria-labelledby="audience">
          {(Object.keys(AUDIENCES) as Visibility[]).map((audience) => (
            <label key={audience}>
              <input
                type="radio"
                name="visibility"
                checked={audience === visibility}
                disabled={!ready}
                onChange={() => props.onChooseVisibility(audience)}
              />
              {AUDIENCES[audience].words}
            </label>
          ))}
        </div>
        <p class="hint audience-hint">{AUDIENCES[visibility].hint}</p>
      </div>
      {children}
      <button type="submit" class="button primary large" disabled={!ready || busy}>
        {busy ? "Going live…" : "Go live"}
      </button>
    </form>
  );
}
