import { deepEqual, ok } from "node:assert/strict";
import { fromFileUrl, ROOT } from "./support/paths.ts";
import { run } from "./support/program.ts";

/** What each layer may import beside itself; what is not listed here may import nothing of ours. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli"],
  "mod.ts": ["server", "client", "domain", "storage", "wire", "tls"],
  cli: ["server", "client", "storage", "domain", "wire", "tls", "files", "version.ts"],
  server: ["domain", "storage", "live", "wire", "tls", "runtime", "files", "version.ts"],
  client: ["domain", "wire", "runtime"],
  wire: ["domain"],
  storage: ["domain", "files"],
  live: ["domain"],
  runtime: ["http2"],
  "version.ts": [],
  tls: ["files"],
  files: [],
  domain: [],
  http2: [],
};

interface Module {
  specifier: string;
  dependencies?: {
    specifier: string;
    code?: { specifier: string };
    type?: { specifier: string };
  }[];
}

Deno.test("imports - go from main down to the domain, and never sideways", async () => {
  const modules = (await Promise.all(["main.ts", "rides/mod.ts"].map(modulesOf))).flat();
  ok(modules.length > 40, "the graph is there");
  const wrong = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies
      .map(({ code, type }) => (code ?? type)?.specifier)
      .filter((to) => to?.startsWith(ROOT.href) && !isAllowed(layer(specifier), layer(to)))
      .map((to) => `${inProject(specifier)} imports ${inProject(to ?? "")}`)
  );
  deepEqual(wrong, []);
});

async function modulesOf(entry: string): Promise<Module[]> {
  const { stdout } = await run([
    Deno.execPath(),
    "info",
    "--json",
    fromFileUrl(new URL(entry, ROOT)),
  ]);
  const { modules } = JSON.parse(stdout) as { modules: Module[] };
  return modules.filter(({ specifier }) => specifier.startsWith(ROOT.href));
}

function isAllowed(from: string, to: string): boolean {
  return from === to || to === "deno.json" || (ALLOWED[from]?.includes(to) ?? false);
}

/** The layer of a module: the folder in `rides/`, or the file where it stands in none. */
function layer(specifier: string): string {
  return inProject(specifier).replace(/^rides\//, "").split("/")[0] ?? "";
}

function inProject(specifier: string): string {
  return specifier.slice(ROOT.href.length);
}
