/** The studio page around the Studio island. */
import { Studio, type StudioProps } from "../../islands/studio.tsx";
import { Island } from "./island.tsx";

/** Shows the studio. */
export function StudioPage(props: StudioProps) {
  return (
    <>
      <h1 class="hidden">Studio</h1>
      <noscript>
        <p class="notice">
          Broadcasting happens in your browser and needs JavaScript. Turn it on for this page, then
          reload.
        </p>
      </noscript>
      <Island name="studio" props={props}>
        <Studio {...props} />
      </Island>
    </>
  );
}
