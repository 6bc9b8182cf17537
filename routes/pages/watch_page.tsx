/** The watch page around the Watch island, for a broadcast that is live and for one that is not. */
import { Watch, type WatchProps } from "../../islands/watch.tsx";
import { Island } from "./island.tsx";

/** Shows the watch page. */
export function WatchPage(props: WatchProps) {
  return (
    <div class="watch-page">
      <noscript>
        <p class="notice">
          Watching happens in your browser and needs JavaScript. Turn it on for this page, then
          reload.
        </p>
      </noscript>
      <Island name="watch" props={props}>
        <Watch {...props} />
      </Island>
    </div>
  );
}
