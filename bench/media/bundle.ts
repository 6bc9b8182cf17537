/**
 * Bundles the page that the benchmark opens: the SDK from its sources as `deno task build` bundles
 * them, with one difference: its relay worker can keep a trace.
 */
import { bundleToPage } from "../../tests/support/bundled_page.ts";

const PAGE_ENTRY = "bench/media/page/main.ts";
const WORKER_ENTRY = "bench/media/page/traced_worker.ts";

/** Returns the page's HTML, with everything in it. */
export async function bundlePage(): Promise<string> {
  return await bundleToPage(PAGE_ENTRY, { title: "Measured", worker: WORKER_ENTRY });
}
