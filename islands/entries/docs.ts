/** The documents' bundle: gives each piece of code a button that copies it. */

/** How long "Copied" stays: long enough to be read. */
const SAID_MS = 2_500;

for (const code of document.querySelectorAll<HTMLElement>("pre.code")) {
  const place = document.createElement("div");
  place.className = "code-place";
  code.replaceWith(place);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Copy";
  button.ariaLive = "polite";
  button.addEventListener("click", () => copy(code, button));
  place.append(code, button);
}

async function copy(code: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    // The clipboard is closed to this page: the keyboard's own copy takes what is selected.
    getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => button.textContent = "Copy", SAID_MS);
}
