/** What is shown where a page could not be made. */

/** Says whose fault it is and what to do. */
export function ErrorPage() {
  return (
    <section class="not-found">
      <h1>Something went wrong on our side</h1>
      <p class="lead">
        This page could not be made, and it is not your doing. Wait a moment, then load it again.
        Broadcasts that are live go on: their video does not pass through here.
      </p>
      <p class="actions">
        {/* The address that one is at. */}
        <a class="button primary large" href="">Try again</a>
        <a class="button large" href="/">See what is live</a>
      </p>
    </section>
  );
}
