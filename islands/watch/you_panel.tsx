/**
 * What a viewer is to the others: what they pass on, and what they are called. Out of the way, below
 * the picture; one line of it is always in sight.
 */
import { NameForm } from "./name_form.tsx";
import { explainRelaying, summarizeRelaying } from "./relaying/decision.ts";
import type { Watching } from "./use_watch.ts";

/** Shows what the viewer is to the others. */
export function YouPanel({ watch }: { watch: Watching }) {
  const { decision, choose } = watch.relaying;
  return (
    <details class="fold watch-you">
      <summary>
        <span>
          You and this broadcast
          <small>{summarizeRelaying(decision, watch.children)}</small>
        </span>
      </summary>
      <div class="you-relaying">
        <p>
          While you watch, your browser also passes the stream on to a few other viewers. That is
          how Tributary works without a media server.
        </p>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={decision.isOn}
            aria-describedby="relaying-hint"
            onChange={(event) => choose(event.currentTarget.checked)}
          />
          Pass the stream on to others
        </label>
        <p class="hint" id="relaying-hint">{explainRelaying(decision)}</p>
      </div>
      <NameForm onChange={watch.handleNameChange} />
    </details>
  );
}
