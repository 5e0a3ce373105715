import { fileProblem } from "../files/file_problem.ts";
import { CommandError } from "./failure.ts";

/**
 * Opens the file that a command reads; undefined if there is none, or if it is standard input (`-`). To be
 * called before Ctrl-C is handled, since opening a pipe waits for a writer, perhaps for ever.
 *
 * @throws {CommandError} if it cannot be read
 */
export async function openInput(file: string | undefined): Promise<Deno.FsFile | undefined> {
  if (file === undefined || file === "-") return undefined;
  try {
    const input = await Deno.open(file);
    if (!(await input.stat()).isDirectory) return input;
    input.close();
  } catch (error) {
    throw unreadable(file, error);
  }
  throw unreadable(file, new Deno.errors.IsADirectory());
}

/** The error for a file that cannot be read. */
export function unreadable(file: string, error: unknown): CommandError {
  return new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
}
