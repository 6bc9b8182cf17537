/**
 * How a player looks unless its page says otherwise: by custom properties, by its parts, or by the
 * size of the element. This module is browser compatible.
 */

/** One sheet for all players; made like this it needs no leave of a page's policy. */
export const PLAYER_STYLES = `
:host{display:grid;container-type:inline-size;position:relative;overflow:hidden;
width:100%;min-width:8rem;aspect-ratio:16/9;
border-radius:var(--tributary-radius,0);
background:var(--tributary-background,#061317);
color:var(--tributary-text,#e9f4f2);
font:1rem/1.4 var(--tributary-font,system-ui,sans-serif)}
:host([hidden]){display:none}
*{grid-area:1/1;min-width:0;min-height:0}
video{width:100%;height:100%;object-fit:var(--tributary-fit,contain)}
[part=message]{display:grid;place-content:center;padding:.75em;
font-size:clamp(.75rem,5cqw,1rem);text-align:center;text-wrap:balance;pointer-events:none}
[part=message].over{align-self:end;padding:.6em 1em;background:rgb(2 9 12/86%)}
[part=message].unseen{opacity:0}
button{place-self:center;margin-top:5em;min-height:2.75rem;padding:0 1.25em;border:0;
border-radius:99px;background:var(--tributary-accent,#5fd6c4);color:var(--tributary-on-accent,#03211f);
font:inherit;font-weight:600;cursor:pointer}
button.low{align-self:end;margin:1em}
button:focus-visible,video:focus-visible{outline:3px solid #8be6d8;outline-offset:-4px}
[hidden]{display:none}`;
