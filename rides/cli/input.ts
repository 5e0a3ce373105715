import { fileProblem } from "../files/file_problem.ts";
import { CommandError } from "./failure.ts";

/**
 * Opens the file that a command reads; undefined where there is none, or standard input (`-`) is. To be called
 * before Ctrl-C is answered: a pipe opens when somebody writes to it, which may be never.
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

/** What is told of a file that cannot be read. */
export function unreadable(file: string, error: unknown): CommandError {
  return new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
}
