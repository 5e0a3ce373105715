import { fstatSync } from "node:fs";
import { fileProblem } from "../files/file_problem.ts";
import { CommandError } from "./failure.ts";

/** The descriptor of standard input, of which `Deno.stdin` does not tell what it is. */
const STDIN = 0;

/**
 * Opens the file that a command reads; undefined if there is none, or if it is standard input (`-`). To be
 * called before Ctrl-C is handled, since opening a pipe waits for a writer, perhaps for ever.
 *
 * @throws {CommandError} if it cannot be read
 */
export async function openInput(file: string | undefined): Promise<Deno.FsFile | undefined> {
  if (file === undefined) return undefined;
  let input: Deno.FsFile | undefined;
  let isFolder: boolean;
  try {
    input = file === "-" ? undefined : await Deno.open(file);
    isFolder = input ? (await input.stat()).isDirectory : fstatSync(STDIN).isDirectory();
  } catch (error) {
    throw unreadable(file, error);
  }
  if (!isFolder) return input;
  input?.close();
  throw unreadable(file, new Deno.errors.IsADirectory());
}

/** The error for a file that cannot be read. */
export function unreadable(file: string, error: unknown): CommandError {
  return new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
}
