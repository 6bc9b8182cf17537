/** The lint rules for who may import whom, on sources that are not there. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import plugin from "../../tasks/import_rules.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Lints a source as if it were that file; returns what is said against it. */
function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}${file}`, source).map(({ message }) => message);
}

const FORBIDDEN: [file: string, specifier: string][] = [
  ["lib/protocol/codec.ts", "../tree/types.ts"],
  ["lib/protocol/codec.ts", "../store/keys.ts"],
  ["lib/protocol/codec.ts", "zod"],
  ["lib/protocol/codec.ts", "node:fs"],
  ["lib/tree/place.ts", "../protocol/mod.ts"],
  ["lib/tree/place.ts", "../clock.ts"],
  ["lib/tree/place.ts", "../log.ts"],
  ["lib/tree/place.ts", "zod/mini"],
  ["lib/tree/deeper/down.ts", "../../store/keys.ts"],
  ["lib/store/keys.ts", "../signalling/session.ts"],
  ["lib/store/keys.ts", "../../routes/app.ts"],
  ["lib/store/keys.ts", "zod"],
  ["lib/bus/bus.ts", "../store/records.ts"],
  ["lib/bus/bus.ts", "hono"],
  ["lib/signalling/watching.ts", "../store/kv_tree_store.ts"],
  ["lib/signalling/watching.ts", "../store/memory_tree_store.ts"],
  ["lib/signalling/watching.ts", "../bus/broadcast_channel.ts"],
  ["lib/signalling/watching.ts", "../config.ts"],
  ["lib/signalling/commands/mod.ts", "../../../routes/app.ts"],
  ["lib/signalling/watching.ts", "hono"],
  ["lib/instances/reaper.ts", "../store/kv_instance_store.ts"],
  ["lib/instances/reaper.ts", "../signalling/service.ts"],
  ["lib/instances/reaper.ts", "hono"],
  ["lib/client/tributary.ts", "../tree/types.ts"],
  ["lib/client/tributary.ts", "../signalling/session.ts"],
  ["lib/client/tributary.ts", "../config.ts"],
  ["lib/auth/sessions.ts", "../store/keys.ts"],
  ["islands/studio.tsx", "../lib/store/keys.ts"],
  ["islands/studio.tsx", "../lib/live_broadcasts.ts"],
  ["islands/watch/phases.ts", "../../routes/app.ts"],
  ["islands/watch/phases.ts", "../../main.ts"],
];

const ALLOWED: [file: string, specifier: string][] = [
  ["lib/protocol/codec.ts", "./messages.ts"],
  ["lib/protocol/codec.ts", "zod/mini"],
  ["lib/tree/place.ts", "./types.ts"],
  ["lib/tree/deeper/down.ts", "../types.ts"],
  ["lib/store/keys.ts", "../tree/types.ts"],
  ["lib/store/keys.ts", "../protocol/mod.ts"],
  ["lib/store/open_kv.ts", "node:path"],
  ["lib/bus/bus.ts", "../tree/types.ts"],
  ["lib/bus/kv_sender.ts", "../store/keys.ts"],
  ["lib/signalling/watching.ts", "../store/tree_store.ts"],
  ["lib/signalling/watching.ts", "../bus/bus.ts"],
  ["lib/signalling/watching.ts", "../clock.ts"],
  ["lib/signalling/watching.ts", "../log.ts"],
  ["lib/signalling/commands/mod.ts", "../watching.ts"],
  ["lib/signalling/commands/mod.ts", "../../protocol/mod.ts"],
  ["lib/instances/reaper.ts", "../store/instance_store.ts"],
  ["lib/instances/reaper.ts", "../clock.ts"],
  ["lib/client/tributary.ts", "../protocol/mod.ts"],
  ["islands/studio.tsx", "../lib/client/mod.ts"],
  ["islands/studio.tsx", "preact/hooks"],
  ["islands/studio/stage.tsx", "../parts/icons.tsx"],
  ["islands/live_list.tsx", "../lib/broadcast_summary.ts"],
  ["routes/app.ts", "../lib/store/kv_tree_store.ts"],
  ["main.ts", "./lib/store/open_kv.ts"],
  ["tests/unit/import_rules_test.ts", "../../lib/store/keys.ts"],
  ["tasks/build.ts", "esbuild"],
];

/** Every way in which a module can be named, but for import(): that is not for static rules. */
const WAYS: [way: string, source: (specifier: string) => string][] = [
  ["import", (specifier) => `import { x } from "${specifier}";`],
  ["import type", (specifier) => `import type { X } from "${specifier}";`],
  ["import for its effects", (specifier) => `import "${specifier}";`],
  ["export from", (specifier) => `export { x } from "${specifier}";`],
  ["export all", (specifier) => `export * from "${specifier}";`],
];

for (const [way, source] of WAYS) {
  Deno.test(`import rules: what is forbidden is reported, by ${way}`, () => {
    for (const [file, specifier] of FORBIDDEN) {
      const messages = lint(file, `const y = 1;\n${source(specifier)}\n`);
      assertEquals(messages.length, 1, `${file} imports ${specifier}`);
      assertStringIncludes(messages[0]!, "must not import");
    }
  });

  Deno.test(`import rules: what is allowed is not reported, by ${way}`, () => {
    for (const [file, specifier] of ALLOWED) {
      assertEquals(lint(file, source(specifier)), [], `${file} imports ${specifier}`);
    }
  });
}

Deno.test("import rules: each forbidden import is reported, with who must not import what", () => {
  const messages = lint(
    "lib/tree/place.ts",
    `import "./types.ts";\nimport "../store/keys.ts";\nimport "zod";\nexport const x = 1;\n`,
  );
  assertEquals(messages, [
    "lib/tree/ must not import lib/store/keys.ts (see docs/ARCHITECTURE.md)",
    "lib/tree/ must not import zod",
  ]);
});

Deno.test("import rules: a folder whose name only begins like an allowed one is another folder", () => {
  assertEquals(lint("lib/client/x.ts", `import "../protocol_v2/mod.ts";`).length, 1);
  assertEquals(lint("lib/client/x.ts", `import "../client_admin/mod.ts";`).length, 1);
});

Deno.test("import rules: they are in force, for every folder that docs/ARCHITECTURE.md restricts", async () => {
  const { lint: settings } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assert(settings.plugins.includes("./tasks/import_rules.ts"));
  const folders = ["protocol", "tree", "store", "bus", "signalling", "instances", "client", "auth"];
  for (const folder of folders) {
    assertEquals(lint(`lib/${folder}/x.ts`, `import "../../main.ts";`).length, 1, folder);
  }
});
