/** When bundles are built again, and that it is done by one process at a time. */
import { assertEquals } from "@std/assert";
import { isUpToDate, oneAtATime, sumOfSources, writeStamp } from "../../tasks/build_stamp.ts";

async function withFolder(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "tributary-build-" });
  try {
    for (const folder of ["lib/client", "islands", "static/build", "tasks"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    for (const file of ["deno.json", "deno.lock", "lib/client/mod.ts", "static/build/sdk.js"]) {
      await Deno.writeTextFile(`${root}/${file}`, "1");
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("what was built is up to date until a source changes, another kind is wanted, or some of it is gone", async () => {
  await withFolder(async (root) => {
    const sources = await sumOfSources(root, "minified");
    assertEquals(await isUpToDate(root, sources), false);
    await writeStamp(root, { sources, outputs: ["static/build/sdk.js"] });
    assertEquals(await isUpToDate(root, await sumOfSources(root, "minified")), true);
    assertEquals(await isUpToDate(root, await sumOfSources(root, "readable")), false);
    await Deno.writeTextFile(`${root}/lib/client/mod.ts`, "22");
    assertEquals(await isUpToDate(root, await sumOfSources(root, "minified")), false);
    await Deno.writeTextFile(`${root}/lib/client/mod.ts`, "1");
    const again = await sumOfSources(root, "minified");
    await writeStamp(root, { sources: again, outputs: ["static/build/sdk.js"] });
    await Deno.remove(`${root}/static/build/sdk.js`);
    assertEquals(await isUpToDate(root, again), false);
  });
});

Deno.test("who comes while something is built waits until that is done", async () => {
  await withFolder(async (root) => {
    const order: string[] = [];
    const work = (name: string) =>
      oneAtATime(root, async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`${name} ends`);
      });
    await Promise.all([work("one"), work("other")]);
    const [first] = order[0]!.split(" ");
    const second = first === "one" ? "other" : "one";
    assertEquals(order, [`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  });
});
