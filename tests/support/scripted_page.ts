/** What helpers that run scripts in pages need of a page, whichever browser and library it is of. */
import type { Page } from "playwright-core";

/** A page that scripts can be run in. */
export type ScriptedPage = Pick<Page, "evaluate" | "waitForFunction">;
