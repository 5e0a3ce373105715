import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../support/paths.ts";
import { run } from "../../../support/program.ts";

const PACKAGES = ["@grpc/grpc-js", "@grpc/proto-loader"];

/**
 * The `node_modules` with grpc-js in the versions of `deno.json`; kept in the system's folder for
 * temporary files, since the registry is slow. Undefined if they cannot be installed.
 */
export async function installPackages(): Promise<string | undefined> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const packages = PACKAGES.map((name) => String(imports[name]).replace(/^npm:/, ""));
  const folder = join(tmpdir(), `rides-test-${packages.join("-").replaceAll(/[^\w.]+/g, "-")}`);
  const modules = join(folder, "node_modules");
  if (await exists(modules)) return modules;
  const making = await Deno.makeTempDir({ prefix: "rides-test-" });
  try {
    const npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
    const { code } = await run([...npm, making, ...packages] as [string, ...string[]]);
    if (code !== 0) return undefined;
    await Deno.rename(making, folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!await exists(modules)) throw error; // Else another test was faster.
  } finally {
    await Deno.remove(making, { recursive: true }).catch(() => {});
  }
  return modules;
}

/** Writes TypeScript modules that import each other to the folder, as modules for Node. */
export async function writeForNode(folder: string, modules: readonly URL[]): Promise<void> {
  for (const module of modules) {
    const name = module.pathname.split("/").at(-1)!;
    const source = stripTypeScriptTypes(await Deno.readTextFile(module));
    const text = source.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.mjs"');
    await Deno.writeTextFile(join(folder, name.replace(/\.ts$/, ".mjs")), text);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
