/**
 * What other pages paste to show a broadcast: a frame, or our element. Pure.
 * This module is browser compatible.
 */

/** Returns an iframe that shows the broadcast; 16 to 9, which pages may change. */
export function iframeCode(origin: string, name: string): string {
  const src = escapeAttribute(`${origin}/embed/${encodeURIComponent(name)}`);
  return `<iframe src="${src}" title="${escapeAttribute(name)}" width="640" height="360" ` +
    `style="border: 0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
}

/** Returns the element of `/tributary.js` that shows the broadcast. */
export function elementCode(origin: string, name: string): string {
  const src = escapeAttribute(`${origin}/tributary.js`);
  return `<script type="module" src="${src}"></script>\n` +
    `<tributary-player name="${escapeAttribute(name)}"></tributary-player>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
