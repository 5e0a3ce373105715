import { join } from "node:path";
import { run } from "../../../support/program.ts";
import { available } from "../../../support/tools.ts";

/** Debian's modules are seen by its own interpreter, which need not be the first in the path. */
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** The first interpreter that has the modules. */
export function findPython(...modules: readonly string[]): string | undefined {
  const imports = `import ${modules.join(", ")}`;
  return INTERPRETERS.find((interpreter) => available(interpreter, "-c", imports));
}

/** Compiles the contract for Python into the folder. */
export async function compileForPython(proto: string, folder: string): Promise<void> {
  const { code, stderr } = await run([
    "protoc",
    `--proto_path=${join(proto, "..")}`,
    `--python_out=${folder}`,
    proto,
  ]);
  if (code !== 0) throw new Error(`Cannot compile ${proto} for Python: ${stderr}`);
}
