/** A variable that cannot be read; the message names it, and says what to do. */
export class VariableError extends Error {
  override readonly name = "VariableError";
}

/**
 * Symptom: a variable whose value is not UTF-8 ends the program with "environment variable was not valid
 * unicode", and nothing says which one it is.
 *
 * Cause: Deno 2.9.6 throws when such a variable is read, and even when it is asked whether there is one.
 * `process.env` passes that on to grpc-js, commander and OpenTelemetry, which do not expect it.
 *
 * Workaround: the error names the variable, and that one is set can be asked without an error. To be called
 * before grpc-js is loaded, which reads variables meanwhile; calling it again changes nothing.
 */
export function nameVariables(): void {
  const { env } = Deno;
  if (env.get === get) return;
  env.get = get;
  env.has = has;
}

const original = Deno.env.get.bind(Deno.env);

function get(name: string): string | undefined {
  try {
    return original(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    throw new VariableError(`${name}: its value is not UTF-8; set it again, or unset it`, {
      cause: error,
    });
  }
}

function has(name: string): boolean {
  try {
    return original(name) !== undefined;
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return true;
    throw error;
  }
}
