/**
 * The home page: what Tributary is, the way to go live, what is live now, and for whoever wants to
 * know more, how it works and when to choose something else.
 */
import { LiveList, type LiveListProps } from "../../islands/live_list.tsx";
import { growTree, RiverMark } from "../../islands/river/river_mark.tsx";
import { Island } from "./island.tsx";

/** Shows the home page. */
export function HomePage({ origin, ...props }: LiveListProps & { origin: string }) {
  return (
    <>
      {/* Decided at loading: a hero that changed its size would move all that is below it. */}
      <section class="hero" data-look={props.list.total > 0 ? "short" : "tall"}>
        <div class="hero-text">
          <h1>
            Go live. <span class="hero-line">Your viewers carry the stream.</span>
          </h1>
          <p class="lead">
            Tributary is live video from your browser to any number of viewers, without a media
            server: everyone who watches passes the stream on to a few more.
          </p>
          <p class="actions">
            <a class="button primary large" href="/studio">Go live</a>
            <a class="button large" href="#how">How it works</a>
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
      <HowItWorks />
      <WhyThis />
      <OnYourSite origin={origin} />
    </>
  );
}

function HowItWorks() {
  return (
    <section class="how" id="how" aria-labelledby="how-title">
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
  );
}

function WhyThis() {
  return (
    <section class="why" aria-labelledby="why-title">
      <h2 id="why-title">Why this, and when not</h2>
      <div class="why-columns">
        <div>
          <h3>Choose Tributary</h3>
          <ul>
            <li>Nobody signs up: no account for you, none for those who watch.</li>
            <li>
              Your own upload carries a few viewers, and they carry the rest. In a call between
              browsers, it would have to carry each of them.
            </li>
            <li>
              Your audience is a moment behind you: the picture goes straight from browser to
              browser, and waits nowhere to be stored.
            </li>
            <li>
              Nobody keeps your video. If your broadcast is public, this page shows a small picture
              of it until it ends.
            </li>
          </ul>
        </div>
        <div>
          <h3>Choose something else</h3>
          <ul>
            <li>
              You want a replay or a channel people subscribe to: a video platform has them. Here
              you can record to a file of your own.
            </li>
            <li>
              Everybody should be seen and heard: that is a call. Here one speaks, and all others
              watch.
            </li>
            <li>
              Most of your viewers are on mobile data or behind strict company networks: passing a
              stream on uses their upload, and some networks do not let browsers reach each other.
            </li>
          </ul>
        </div>
      </div>
    </section>
  );
}

function OnYourSite({ origin }: { origin: string }) {
  const example = `<script type="module" src="${origin}/tributary.js"></script>

<tributary-player name="my-broadcast"></tributary-player>`;
  return (
    <section class="own-site" aria-labelledby="own-site-title">
      <div>
        <h2 id="own-site-title">On your own site</h2>
        <p>
          One element shows a broadcast on any page, and one module does the rest, if you would
          rather build your own.
        </p>
        <p class="actions">
          <a class="button" href="/docs/embed">How to embed</a>
        </p>
      </div>
      <pre><code>{example}</code></pre>
    </section>
  );
}
