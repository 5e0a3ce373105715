import { fileProblem } from "../files/file_problem.ts";
import { isToken } from "../wire/bearer.ts";
import { CommandError, UsageError } from "./failure.ts";

/** Where the token itself may stand. There is no flag for it: everybody on a machine sees arguments. */
const VARIABLE = "RIDES_TOKEN";

/**
 * The token to call with: of the file, else of the variable; undefined where neither is given. No
 * message has it.
 *
 * @throws {CommandError} if the file cannot be read or has no token
 * @throws {UsageError} if the variable has none
 */
export async function tokenOf(
  { tokenFile }: { tokenFile?: string },
): Promise<string | undefined> {
  if (tokenFile !== undefined) return await tokenIn(tokenFile);
  const token = Deno.env.get(VARIABLE);
  if (token === undefined || isToken(token)) return token;
  throw new UsageError(`${VARIABLE} is no token; set it to what rides token new printed`);
}

async function tokenIn(file: string): Promise<string> {
  let text;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
  const token = text.trim();
  if (isToken(token)) return token;
  throw new CommandError(`${file} has no token; write what rides token new printed into it`);
}
