/** The home page: what Tributary is, the way to go live, and what is live now. */
import { LiveList, type LiveListProps } from "../../islands/live_list.tsx";
import { growTree, RiverMark } from "../../islands/river/river_mark.tsx";
import { Island } from "./island.tsx";

/** Shows the home page. */
export function HomePage(props: LiveListProps) {
  return (
    <>
      <section class="hero">
        <div class="hero-text">
          <h1>
            Go live. <br />Your viewers carry the stream.
          </h1>
          <p class="lead">
            Tributary is live video from your browser to any number of viewers, without a media
            server: everyone who watches passes the stream on to a few more.
          </p>
          <p class="actions">
            <a class="button primary large" href="/studio">Go live</a>
            <a class="button large" href="#live">See what is live</a>
          </p>
        </div>
        <RiverMark
          class="hero-river"
          tree={growTree(28, 3)}
          size={{ width: 600, height: 430, gap: 5, mouth: 52, margin: 34, stagger: 0.4 }}
          source={34}
          flowing
        />
      </section>
      <section class="live" id="live" aria-labelledby="live-title">
        <h2 id="live-title">Live now</h2>
        <Island name="home" props={props}>
          <LiveList {...props} />
        </Island>
        <noscript>
          <p class="notice">This list is current only at loading: reload to see what is new.</p>
        </noscript>
      </section>
      <section class="how" aria-labelledby="how-title">
        <h2 id="how-title">How it works</h2>
        <ol>
          <li>
            <h3>You are the source</h3>
            <p>
              Name your broadcast, allow the camera, press Go live. There is nothing to install.
            </p>
          </li>
          <li>
            <h3>A link is all it takes</h3>
            <p>Whoever opens it is watching a moment later, in the browser they already have.</p>
          </li>
          <li>
            <h3>The audience is the network</h3>
            <p>
              Each viewer relays to a few others. When one leaves, those below find another way.
            </p>
          </li>
        </ol>
      </section>
    </>
  );
}
