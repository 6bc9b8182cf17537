/** What is shown where there is no page. */

/** Says that there is nothing here and where to go. */
export function NotFoundPage() {
  return (
    <section class="not-found">
      <h1>This stream runs dry here</h1>
      <p class="lead">
        There is no page at this address. Check it for a typing mistake, or start from a place that
        exists.
      </p>
      <p class="actions">
        <a class="button primary large" href="/">See what is live</a>
        <a class="button large" href="/studio">Go live</a>
      </p>
    </section>
  );
}
