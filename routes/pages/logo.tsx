/** The sign of Tributary: one stream that divides. The same drawing as static/icon.svg. */

/** Draws the sign in the current colours. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-stream" d="M9 16h2c9 0 6-10.5 15-10.5h3" />
      <path class="logo-stream" d="M9 16h20" />
      <path class="logo-stream" d="M9 16h2c9 0 6 10.5 15 10.5h3" />
      <circle class="logo-source" cx="9" cy="16" r="7" />
      <circle class="logo-lens" cx="9" cy="16" r="2.5" />
    </svg>
  );
}
