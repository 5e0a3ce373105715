import { fileProblem } from "../../files/file_problem.ts";
import { readWhole } from "../../files/read_whole.ts";
import { writeWhole } from "../../files/write_whole.ts";
import { AuthFileError, type Entry, parseEntries, readAuthFile } from "./auth_file.ts";
import { parseDigest } from "./tokens.ts";

/**
 * The tokens that a file knows, by their digests.
 *
 * @throws {AuthFileError} if the file cannot be read, or has a line that is wrong
 */
export async function readTokens(file: string): Promise<Entry[]> {
  const { text } = await readAuthFile(file);
  return await parseEntries(text, file, parseDigest);
}

/**
 * Adds a line to a file of tokens, which is created, readable only by its owner, if there is none. The line
 * is appended in one write, so that lines added by others at the same time are kept.
 *
 * @throws {AuthFileError} if the file has a line that is wrong, or cannot be written
 */
export async function addToken(file: string, line: string): Promise<void> {
  try {
    const text = await textOf(file);
    if (text !== undefined) await parseEntries(text, file, parseDigest);
    const separator = text === undefined || text === "" || text.endsWith("\n") ? "" : "\n";
    // Deno gives the mode to a file that is there already, too; that one keeps its own.
    const mode = text === undefined ? 0o600 : undefined;
    await Deno.writeTextFile(file, `${separator}${line}\n`, { append: true, mode });
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Removes the tokens of that name from a file, and leaves every other line as it is.
 *
 * @returns how many there were
 * @throws {AuthFileError} if the file has a line that is wrong, or cannot be read or written
 */
export async function withdrawTokens(file: string, name: string): Promise<number> {
  await readTokens(file);
  return await removeLines(file, (line) => line.trim().split(/\s+/)[0] === name);
}

/**
 * Removes a line that {@linkcode addToken} has added.
 *
 * @throws {AuthFileError} if the file cannot be read or written
 */
export async function withdrawLine(file: string, line: string): Promise<void> {
  await removeLines(file, (other) => other === line);
}

async function removeLines(file: string, which: (line: string) => boolean): Promise<number> {
  try {
    // Where the name is a link the file stays where it is.
    const path = await Deno.realPath(file);
    const lines = (await Deno.readTextFile(path)).split("\n");
    const kept = lines.filter((line) => !which(line));
    if (kept.length < lines.length) {
      const info = await Deno.stat(path);
      await writeWhole(path, kept.join("\n"), (info.mode ?? 0o600) & 0o777, info);
    }
    return lines.length - kept.length;
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await readWhole(file)).text;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function cannotWrite(file: string, error: unknown): AuthFileError {
  if (error instanceof AuthFileError) return error;
  return new AuthFileError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
}
