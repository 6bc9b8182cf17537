/**
 * How to show a broadcast on another site: docs/EMBEDDING.md as a page of ours, with the address and the
 * name in its examples that are asked for, and both players to look at.
 */
import { h } from "preact";
import { embedPath } from "../../islands/parts/links.ts";
import { renderMarkdown } from "./markdown.tsx";

const DOCUMENT = new URL("../../docs/EMBEDDING.md", import.meta.url);

/** What stands for the service and the broadcast in the document. */
const EXAMPLE_SERVICE = "https://tributary.example";
const EXAMPLE_NAME = "my-broadcast";

/** What the page is made of. */
export interface EmbedDocsProps {
  /** The text of docs/EMBEDDING.md. */
  text: string;
  /** This service's own origin. */
  service: string;
  /** The broadcast to show; nothing is watched without one. */
  name: string;
  /** Names to choose from. */
  live: string[];
}

/** Reads the document. */
export function readEmbedDocs(): Promise<string> {
  return Deno.readTextFile(DOCUMENT);
}

/** Shows the document and the players. */
export function EmbedDocsPage({ text, service, name, live }: EmbedDocsProps) {
  const [title, lead, ...rest] = renderMarkdown(personalise(text, service, name));
  return (
    <article class="docs">
      {title}
      {lead}
      <section class="panel" id="see" aria-labelledby="see-title">
        <h2 id="see-title">See both</h2>
        <form class="field docs-choice" action="/docs/embed#see">
          <label for="docs-name">Name of a broadcast</label>
          <input
            id="docs-name"
            name="name"
            value={name}
            required
            list="docs-live"
            autoComplete="off"
            aria-describedby="docs-hint"
          />
          <datalist id="docs-live">
            {live.map((one) => <option key={one} value={one} />)}
          </datalist>
          <button type="submit" class="button primary">Show</button>
          <p class="hint" id="docs-hint">
            It need not be live. While you watch, you pass it on to a few others.
          </p>
        </form>
        {name && <Players name={name} />}
        <noscript>
          <p class="notice">
            The players need JavaScript. Everything else on this page is here without it.
          </p>
        </noscript>
      </section>
      {rest}
    </article>
  );
}

function Players({ name }: { name: string }) {
  return (
    <div class="docs-players">
      <figure>
        <iframe
          src={`${embedPath(name)}?muted=1`}
          title={`${name}, in a frame`}
          allow="autoplay; fullscreen; picture-in-picture"
        />
        <figcaption>A frame</figcaption>
      </figure>
      <figure>
        {h("tributary-player", { name, muted: true, controls: true })}
        <figcaption>An element</figcaption>
      </figure>
      <script type="module" src="/tributary.js" />
    </div>
  );
}

/** Puts the address and the name into the examples, so that they can be copied as they are. */
function personalise(text: string, service: string, name: string): string {
  const own = text.replaceAll(EXAMPLE_SERVICE, service)
    .replaceAll(EXAMPLE_SERVICE.replace("http", "ws"), service.replace("http", "ws"));
  // Of odd names some would end the code that they stand in.
  if (!name || /[`|\n]/.test(name)) return own;
  const quoted = name.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return own.replaceAll(`embed/${EXAMPLE_NAME}`, () => embedPath(name).slice(1))
    .replaceAll(`name="${EXAMPLE_NAME}"`, () => `name="${quoted}"`);
}
