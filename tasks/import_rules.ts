/**
 * Lint rules for who may import whom (docs/ARCHITECTURE.md): the core stays pure and the browser
 * gets nothing of the server. A plugin for `deno lint`, named in deno.json.
 */

/** Folders, and the only other folders of ours that they may import from. */
const ALLOWED: [folder: string, mayImport: string[]][] = [
  ["lib/protocol/", []],
  ["lib/tree/", []],
  ["lib/bus/", ["lib/tree/", "lib/clock.ts", "lib/store/keys.ts"]],
  ["lib/client/", ["lib/protocol/"]],
  ["lib/store/", ["lib/tree/", "lib/protocol/"]],
  ["lib/auth/", []],
  ["lib/signalling/", [
    "lib/protocol/",
    "lib/tree/",
    "lib/store/tree_store.ts",
    "lib/store/resume_store.ts",
    "lib/store/chat_store.ts",
    "lib/bus/bus.ts",
    "lib/clock.ts",
    "lib/log.ts",
  ]],
  ["lib/instances/", [
    "lib/tree/",
    "lib/store/installation.ts",
    "lib/store/instance_record.ts",
    "lib/store/instance_store.ts",
    "lib/store/leftovers.ts",
    "lib/store/tree_store.ts",
    "lib/store/resume_store.ts",
    "lib/clock.ts",
    "lib/log.ts",
  ]],
  ["islands/", ["lib/client/", "lib/protocol/", "lib/broadcast_summary.ts", "lib/list_changes.ts"]],
];

/** Packages that a pure or shared folder may use; folders not named here may use any. */
const PACKAGES: Record<string, string[]> = {
  "lib/protocol/": ["zod/mini"],
  "lib/tree/": [],
  "lib/bus/": [],
  "lib/signalling/": ["node:crypto"],
  "lib/instances/": [],
  "lib/store/": ["node:path"],
};

const plugin: Deno.lint.Plugin = {
  name: "tributary",
  rules: {
    "import-rules": {
      create(context) {
        const file = repositoryPath(context.filename);
        const rule = ALLOWED.find(([folder]) => file.startsWith(folder));
        if (!rule) return {};
        const [folder, mayImport] = rule;
        const check = (node: Deno.lint.Node, source: string) => {
          const problem = source.startsWith(".")
            ? checkPath(folder, mayImport, resolve(file, source))
            : checkPackage(folder, source);
          if (problem) context.report({ node, message: problem });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source.value),
          ExportAllDeclaration: (node) => check(node, node.source.value),
          ExportNamedDeclaration: (node) => {
            if (node.source) check(node, node.source.value);
          },
        };
      },
    },
  },
};

export default plugin;

function checkPath(folder: string, mayImport: string[], target: string): string | null {
  if (target.startsWith(folder) || mayImport.some((allowed) => target.startsWith(allowed))) {
    return null;
  }
  return `${folder} must not import ${target} (see docs/ARCHITECTURE.md)`;
}

function checkPackage(folder: string, name: string): string | null {
  const allowed = PACKAGES[folder];
  return !allowed || allowed.includes(name) ? null : `${folder} must not import ${name}`;
}

/** The path below the repository's folder, with forward slashes. */
function repositoryPath(filename: string): string {
  const root = new URL("..", import.meta.url).pathname;
  return filename.replaceAll("\\", "/").replace(root, "");
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
