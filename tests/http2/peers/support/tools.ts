/** Programs of this machine that the tests use, and what is said where one is missing. */
import { run } from "../../../support/program.ts";

/** Whether the command ends well; false too if there is no such program. */
export async function succeeds(...command: readonly [string, ...string[]]): Promise<boolean> {
  try {
    return (await run(command)).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Registers a test, ignored under a name that says so if a program is `missing`. */
export function testWith(
  missing: string | undefined,
  name: string,
  fn: (context: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name: missing ? `${name} - SKIPPED: ${missing}` : name,
    ignore: missing !== undefined,
    fn,
  });
}
