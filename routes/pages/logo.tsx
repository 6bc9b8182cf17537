/** The sign of Tributary: one stream that divides. The same drawing as static/icon.svg. */

/** Draws the sign in the current colours. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="logo-stream" d="M16 4.5v7c0 7-9 6-9 13.5" />
      <path class="logo-stream" d="M16 4.5v7c0 7 9 6 9 13.5" />
      <path class="logo-stream" d="M16 4.5v20.5" />
      <circle cx="7" cy="26" r="3" />
      <circle cx="16" cy="26" r="3" />
      <circle cx="25" cy="26" r="3" />
    </svg>
  );
}
