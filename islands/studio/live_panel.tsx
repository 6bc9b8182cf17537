/** What the broadcaster needs while live: the link to share and the way to end. */
import { CopyLink } from "../parts/copy_link.tsx";
import { watchPath } from "../parts/links.ts";

interface LivePanelProps {
  name: string;
  reconnecting: boolean;
  onEnd: () => void;
}

/** Shows how to invite viewers and how to end. */
export function LivePanel({ name, reconnecting, onEnd }: LivePanelProps) {
  const path = watchPath(name);
  return (
    <div class="panel">
      <div role="status">
        <h2>{reconnecting ? "Reconnecting…" : "You are live"}</h2>
        <p>
          {reconnecting
            ? "The connection to the service is interrupted. Those who watch still see you; nobody new can join until it is back."
            : "Anyone with the link can watch. Keep this page open."}
        </p>
      </div>
      <CopyLink label="Link to share" href={new URL(path, location.href).href} />
      <p>
        <a href={path} target="_blank" rel="noopener">See it as a viewer</a>
      </p>
      <button type="button" class="button danger large" onClick={onEnd}>End broadcast</button>
    </div>
  );
}
