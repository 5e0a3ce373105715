import { tell } from "./rides/cli/output.ts";
import { nameVariables, VariableError } from "./rides/cli/variables.ts";

nameVariables();
Deno.exit(await start());

/** Loads the commands only now, since grpc-js reads variables when it is loaded. */
async function start(): Promise<number> {
  try {
    const { run } = await import("./rides/cli/mod.ts");
    return await run(Deno.args);
  } catch (error) {
    if (!(error instanceof VariableError)) throw error;
    // Not in JSON: the format itself may be in a variable that cannot be read.
    tell(error.message);
    return 2;
  }
}
