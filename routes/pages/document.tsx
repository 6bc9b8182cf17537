/**
 * The HTML document around every page: head, header, footer. No inline script or style, so that a
 * strict Content-Security-Policy fits. Knows no page by name.
 */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { Logo } from "./logo.tsx";

/** What a page tells of itself. */
export interface PageHead {
  title: string;
  description: string;
  /** The page's own style sheets, `/static/<styles>.css`, after the shared ones. */
  styles?: string | readonly string[];
  /** The bundle that wakes its island, `/static/build/islands/<island>.js`. */
  island?: string;
  /** Absolute address of the page; pages that are shared as links have one. */
  url?: string;
  /** What the page shows, for links to it; by default the general preview. */
  image?: { path: string; text: string };
  /** Keeps the page out of search engines. */
  isPrivate?: boolean;
}

/** Renders a whole document. */
export function renderDocument(head: PageHead, body: ComponentChildren): string {
  return "<!doctype html>" + renderToString(<Document head={head}>{body}</Document>);
}

function Document({ head, children }: { head: PageHead; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{head.title}</title>
        <meta name="description" content={head.description} />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f2f7f6" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#07141a" />
        <link rel="icon" type="image/svg+xml" href="/static/icon.svg" />
        {head.isPrivate && <meta name="robots" content="noindex" />}
        {head.url && <OpenGraph head={head} url={head.url} />}
        <link rel="stylesheet" href="/static/styles.css" />
        <link rel="stylesheet" href="/static/parts.css" />
        {[head.styles ?? []].flat().map((sheet) => (
          <link key={sheet} rel="stylesheet" href={`/static/${sheet}.css`} />
        ))}
        {head.island && <script type="module" src={`/static/build/islands/${head.island}.js`} />}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="site-header">
          <a class="brand" href="/">
            <Logo />
            Tributary
          </a>
          <nav aria-label="Main">
            <a href="/#live">Live now</a>
            <a href="/studio" aria-current={head.island === "studio" ? "page" : undefined}>
              Studio
            </a>
          </nav>
        </header>
        <main id="content">{children}</main>
        <footer class="site-footer">
          <p>Video travels from browser to browser. No media server, nothing to install.</p>
          <p>
            <a href="/docs/embed">Show a broadcast on your own site</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

function OpenGraph({ head, url }: { head: PageHead; url: string }) {
  const image = new URL(head.image?.path ?? "/static/preview.png", url).href;
  return (
    <>
      <link rel="canonical" href={url} />
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content="Tributary" />
      <meta property="og:title" content={head.title} />
      <meta property="og:description" content={head.description} />
      <meta property="og:url" content={url} />
      <meta property="og:image" content={image} />
      {head.image ? <meta property="og:image:alt" content={head.image.text} /> : (
        <>
          <meta property="og:image:width" content="1200" />
          <meta property="og:image:height" content="630" />
        </>
      )}
      <meta name="twitter:card" content="summary_large_image" />
    </>
  );
}
