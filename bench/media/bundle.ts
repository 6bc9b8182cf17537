/**
 * Bundles the page that the benchmark opens: the SDK from its sources as `deno task build` bundles
 * them, with one difference: its relay worker can keep a trace.
 */
import * as esbuild from "esbuild";
import { sharedOptions, workerPlugin } from "../../tasks/build.ts";

const PAGE_ENTRY = "bench/media/page/main.ts";
const WORKER_ENTRY = "bench/media/page/traced_worker.ts";

/** Returns the page's HTML, with everything in it. */
export async function bundlePage(): Promise<string> {
  const shared: esbuild.BuildOptions = { ...sharedOptions(true), sourcemap: false, write: false };
  try {
    const { outputFiles } = await esbuild.build({
      ...shared,
      entryPoints: [PAGE_ENTRY],
      plugins: [workerPlugin(shared, WORKER_ENTRY)],
    });
    const script = outputFiles![0]!.text.replaceAll("</script", "<\\/script");
    return `<!doctype html><meta charset="utf-8"><title>Measured</title>
<link rel="icon" href="data:,">
<script type="module">${script}</script>`;
  } finally {
    await esbuild.stop();
  }
}
