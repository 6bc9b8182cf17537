/**
 * Makes a page of a module that runs in browsers, with all that it imports in it: the SDK from its
 * sources, as `deno task build` bundles them.
 */
import * as esbuild from "esbuild";
import { sharedOptions, workerPlugin } from "../../tasks/build.ts";

/** What `bundleToPage` can be told. */
export interface BundledPageOptions {
  title: string;
  /** A script that runs before the module. */
  before?: string;
  /** Another worker in the place of the relay's. */
  worker?: string;
}

/** Returns the page's HTML. */
export async function bundleToPage(
  entry: string,
  { title, before = "", worker }: BundledPageOptions,
): Promise<string> {
  const shared: esbuild.BuildOptions = { ...sharedOptions(true), sourcemap: false, write: false };
  try {
    const { outputFiles } = await esbuild.build({
      ...shared,
      entryPoints: [entry],
      plugins: [workerPlugin(shared, worker)],
    });
    const script = outputFiles![0]!.text.replaceAll("</script", "<\\/script");
    return `<!doctype html><meta charset="utf-8"><title>${title}</title>
<link rel="icon" href="data:,">
<script>${before}</script>
<script type="module">${script}</script>`;
  } finally {
    await esbuild.stop();
  }
}
