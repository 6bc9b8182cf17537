/**
 * The whole document of an embedded player: no header, no footer, nothing to scroll. It fills the frame
 * that it is in, whatever its size.
 */
import { renderToString } from "preact-render-to-string";
import { Embed, type EmbedProps } from "../../islands/embed.tsx";
import { watchPath } from "../../islands/parts/links.ts";
import { Island } from "./island.tsx";

/** Renders the document. */
export function renderEmbed(props: EmbedProps): string {
  return "<!doctype html>" + renderToString(<EmbedDocument {...props} />);
}

function EmbedDocument(props: EmbedProps) {
  const { name, title } = props;
  return (
    <html lang="en" class="framed">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · Tributary`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" type="image/svg+xml" href="/static/icon.svg" />
        <link rel="canonical" href={watchPath(name)} />
        {["styles", "parts", "player", "embed"].map((sheet) => (
          <link key={sheet} rel="stylesheet" href={`/static/${sheet}.css`} />
        ))}
        <script type="module" src="/static/build/islands/embed.js" />
      </head>
      <body>
        <main>
          <Island name="embed" props={props}>
            <Embed {...props} />
          </Island>
          <noscript>
            <p class="embed-missing">
              Watching needs JavaScript. Turn it on for this page, or{" "}
              <a href={watchPath(name)} target="_blank">open {title} on Tributary</a>.
            </p>
          </noscript>
        </main>
      </body>
    </html>
  );
}
