/** What the broadcaster needs to gather viewers while live: the link, and how things stand. */
import type { ComponentChildren } from "preact";
import { CopyLink } from "../parts/copy_link.tsx";
import { watchPath } from "../parts/links.ts";

interface LivePanelProps {
  name: string;
  reconnecting: boolean;
  /** What else can be done while live. */
  children?: ComponentChildren;
}

/** Shows the link to share and whether others can join. */
export function LivePanel({ name, reconnecting, children }: LivePanelProps) {
  const path = watchPath(name);
  return (
    <div class="panel">
      <div>
        <h2>{reconnecting ? "Reconnecting…" : "You are live"}</h2>
        <p>
          {reconnecting
            ? "The connection to the service is interrupted. Those who watch still see you; nobody new can join until it is back."
            : "Anyone with the link can watch. Keep this page open."}
        </p>
      </div>
      <CopyLink label="Link to share" href={new URL(path, location.href).href}>
        <a class="button" href={path} target="_blank" rel="noopener">
          Open <span class="hidden">as a viewer, in a new tab</span>
        </a>
      </CopyLink>
      {children}
    </div>
  );
}
