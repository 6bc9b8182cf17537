/**
 * Imports a module as browsers get it: bundled by `deno task build`'s rules, with what those put in
 * the place of other modules. For code that needs nothing of a page.
 */
import * as esbuild from "esbuild";
import { sharedOptions } from "../../tasks/build.ts";

/** A module, and the files that it was made of. */
export interface BundledModule<T> {
  module: T;
  inputs: string[];
}

/** Bundles and imports a module, by its path in the repository. */
export async function bundleModule<T>(entry: string): Promise<BundledModule<T>> {
  const shared: esbuild.BuildOptions = { ...sharedOptions(true), sourcemap: false, write: false };
  try {
    const { outputFiles, metafile } = await esbuild.build({ ...shared, entryPoints: [entry] });
    const url = URL.createObjectURL(
      new Blob([outputFiles![0]!.contents as BlobPart], { type: "text/javascript" }),
    );
    const module = await import(url);
    URL.revokeObjectURL(url);
    return { module, inputs: Object.keys(metafile!.inputs) };
  } finally {
    await esbuild.stop();
  }
}
