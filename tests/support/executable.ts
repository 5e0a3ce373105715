import { equal } from "node:assert/strict";
import { fromFileUrl, ROOT } from "./paths.ts";
import { run } from "./program.ts";

/** The runtime to embed, without which nothing is compiled where Deno's download host is out of reach. */
const DENORT = Deno.env.get("DENORT_BIN");

/** What compiles, of the same version as that; else this deno. */
export const COMPILER = Deno.env.get("DENO_COMPILER") ?? Deno.execPath();

/** Whether tests may compile the program. */
export const canCompile = DENORT !== undefined;

/**
 * Compiles the program by `deno task compile`, and puts a copy of it there. Tests run at once, in processes
 * of their own too, and the output is one file: so one compiles at a time, and copies before the next does.
 */
export async function compileTo(path: string): Promise<void> {
  using config = await Deno.open(new URL("deno.json", ROOT));
  await config.lock(true);
  const { code, stderr } = await run([COMPILER, "task", "compile"], {
    cwd: fromFileUrl(ROOT),
    // A stack of nameless frames would push its error out of sight.
    env: { RUST_BACKTRACE: "0" },
  });
  equal(code, 0, stderr);
  await Deno.copyFile(new URL("dist/rides", ROOT), path);
}
