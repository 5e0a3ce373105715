import { equal } from "node:assert/strict";
import { fromFileUrl, ROOT } from "./paths.ts";
import { run } from "./program.ts";

/** The runtime to embed, without which nothing is compiled where Deno's download host is out of reach. */
const DENORT = Deno.env.get("DENORT_BIN");

/** What compiles, of the same version as that; else this deno. */
export const COMPILER = Deno.env.get("DENO_COMPILER") ?? Deno.execPath();

/** Whether tests may compile the program. */
export const canCompile = DENORT !== undefined;

/** Compiles the program by `deno task compile`, and puts a copy of it there. */
export async function compileTo(path: string): Promise<void> {
  const { code, stderr } = await run([COMPILER, "task", "compile"], { cwd: fromFileUrl(ROOT) });
  equal(code, 0, stderr);
  await Deno.copyFile(new URL("dist/rides", ROOT), path);
}
