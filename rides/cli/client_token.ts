import { fileProblem } from "../files/file_problem.ts";
import { readStart } from "../files/read_start.ts";
import { isToken } from "../wire/bearer.ts";
import { CommandError, UsageError } from "./failure.ts";
import { tell } from "./output.ts";

/** May hold the token itself. There is no flag for it, since everybody on a machine can see arguments. */
const VARIABLE = "RIDES_TOKEN";

/** The mode bit of a regular file (stat(2)). A pipe needs no warning: once read, it is empty. */
const FILE = 0o100000;

/** More than the longest token, and the blanks about it. */
const MOST_BYTES = 16_384;

/**
 * The token to call with: from the file, else from the variable; undefined if neither is given. No error
 * message contains it.
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
  let text, mode;
  try {
    text = await readStart(file, MOST_BYTES);
    ({ mode } = await Deno.stat(file));
  } catch (error) {
    throw new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
  const token = text.trim();
  if (!isToken(token)) {
    throw new CommandError(`${file} has no token; write what rides token new printed into it`);
  }
  if (mode !== null && mode & 0o077 && mode & FILE) {
    tell(`${file} is open to other users of this machine, and holds a secret: chmod 600 ${file}`);
  }
  return token;
}
