/** Every sheet speaks the design language, and nobody else invents numbers (static/styles.css). */
import { assert, assertEquals } from "@std/assert";
import { readLanguage, readSheets } from "../support/design_language.ts";

/** Private fields and methods of classes may look like it. */
const COLOUR =
  /(?<![\w.])#[0-9a-f]{3,8}\b(?!\()|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([^)]*\)/gi;

/** What only the language may say: by what it is, where it is found in a declaration. */
const RESERVED: [what: string, property: RegExp, value: RegExp][] = [
  ["a colour", /./, COLOUR],
  ["a colour", /color|background|fill|stroke|shadow|border|outline/, /\b(?:white|black|gr[ae]y)\b/],
  ["a time", /./, /\b[\d.]*\d(?:ms|s)\b/],
  ["a weight", /^font(?:-weight)?$/, /\b\d{3}\b|\bbold\b/],
  // In em and per cent it follows from what is around.
  ["a size of letters", /^font/, /\b[\d.]+(?:rem|px|pt|vw)\b/],
  ["a corner", /radius$/, /\b[1-9][\d.]*(?:rem|px|em)\b|\b0?\.\d+(?:rem|px|em)\b/],
  ["a shadow", /^box-shadow$/, /^(?!inset)[\d.]/],
];

/** The root of all sizes is no size of letters. */
const EXCEPT = /^font-size: clamp\(100%/;

Deno.test("colours, letters, corners, shadows and times are the design language's", async () => {
  const found: string[] = [];
  for (const [sheet, text] of await readSheets()) {
    for (const [declaration, property, value] of text.matchAll(/([\w-]+):\s+([^;{}]+);/g)) {
      if (EXCEPT.test(declaration)) continue;
      for (const [what, where, literal] of RESERVED) {
        if (!where.test(property!) || value!.search(literal) < 0) continue;
        found.push(`${sheet} has ${what} of its own: ${declaration}`);
      }
    }
  }
  assertEquals(found, []);
});

Deno.test("every property that is used is there, and every word of the language is used", async () => {
  const { light, dark } = await readLanguage();
  assertEquals([...dark.keys()], [...light.keys()], "dark has no words of its own");
  const known = new Set([...light.keys(), ...await setElsewhere()]);
  const sheets = [...await readSheets()];
  const used = new Set<string>();
  for (const [sheet, text] of [...sheets, ["the language", [...dark.values()].join()] as const]) {
    for (const [, name] of text.matchAll(/var\(--([\w-]+)/g)) {
      assert(known.has(name!), `${sheet} uses --${name}, which nobody sets`);
      used.add(name!);
    }
  }
  for (const { text } of await readScripts("islands")) {
    for (const [, name] of text.matchAll(/"--([\w-]+)"/g)) used.add(name!);
  }
  assertEquals([...light.keys()].filter((name) => !used.has(name)), [], "nobody uses these");

  /** What a sheet or a script sets for itself. */
  async function setElsewhere(): Promise<string[]> {
    const texts = [
      ...(await readSheets()).values(),
      ...(await readScripts("islands")).map(({ text }) => text),
    ];
    return texts.flatMap((text) =>
      [...text.matchAll(/--([\w-]+): |setProperty\("--([\w-]+)"/g)].map((it) => it[1] ?? it[2]!)
    );
  }
});

Deno.test("where scripts must repeat a colour, it is one of the design language", async () => {
  const { light, dark } = await readLanguage();
  const palette = new Set([...light.values(), ...dark.values()].map(compact));
  const files = (await Promise.all(
    ["islands", "lib/client/element", "routes/pages"].map(readScripts),
  )).flat();
  let count = 0;
  for (const { path, text } of files) {
    for (const [colour] of text.replace(/^\s*(?:\/?\*|\/\/).*$/gm, "").matchAll(COLOUR)) {
      assert(palette.has(compact(colour)), `${path} has a colour of its own: ${colour}`);
      count++;
    }
  }
  assert(count >= 8, `${count} colours were found`);

  function compact(value: string): string {
    return value.replaceAll(" / ", "/").toLowerCase();
  }
});

/** All scripts of a folder, in the depth. */
async function readScripts(folder: string): Promise<{ path: string; text: string }[]> {
  const found: { path: string; text: string }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await readScripts(path));
    else found.push({ path, text: await Deno.readTextFile(path) });
  }
  return found;
}
