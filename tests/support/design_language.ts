/** The design language as static/styles.css has it, and every other sheet, for tests that read them. */

const FOLDER = new URL("../../static/", import.meta.url);
const LANGUAGE = "styles.css";

/** Where the language is written: `:root { … }`, also the one inside of the rule for dark. */
const ROOT = /:root \{[^}]*\}/g;

/** The sheets of all pages, by name, without comments; that of the language without the language. */
export async function readSheets(): Promise<Map<string, string>> {
  const sheets = new Map<string, string>();
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.endsWith(".css")) sheets.set(name, (await read(name)).replace(ROOT, ""));
  }
  return sheets;
}

/** The properties of the language, by name without dashes: in light, and in dark. */
export async function readLanguage(): Promise<Record<"light" | "dark", Map<string, string>>> {
  const [light, dark] = (await read(LANGUAGE)).match(ROOT)!.map((block) =>
    [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)]
      .map(([, name, value]) => [name!, value!.replace(/\s+/g, " ")] as const)
  );
  return { light: new Map(light), dark: new Map([...light!, ...dark!]) };
}

async function read(name: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(name, FOLDER));
  return text.replace(/\/\*.*?\*\//gs, "");
}
