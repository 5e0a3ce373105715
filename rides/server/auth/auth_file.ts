import { setImmediate } from "node:timers/promises";
import { type Grants, parseScopes } from "../../domain/scope.ts";
import { fileProblem } from "../../files/file_problem.ts";
import { readWhole } from "../../files/read_whole.ts";

/** A file of tokens or certificates that cannot be used; the message says where, why and what to do. */
export class AuthFileError extends Error {
  override readonly name = "AuthFileError";
}

/** A line of such a file. */
export interface Entry {
  readonly name: string;
  readonly grants: Grants;
  /** What identifies the caller: a digest, or a name in its certificate. */
  readonly key: string;
}

/** How many lines are parsed before others have their turn: a few milliseconds' worth. */
const LINES_A_TURN = 500;

/** Valid names of identities. They are written into the log, whose fields are separated by spaces. */
const NAME = /^[\w.@-]{1,64}$/;

/** Whether an identity may have the name: up to 64 letters, digits and `. _ @ -`. */
export function isIdentityName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Reads such a file.
 *
 * @returns its text and its mode
 * @throws {AuthFileError} if it cannot be read
 */
export async function readAuthFile(file: string): Promise<{ text: string; mode: number }> {
  try {
    return await readWhole(file);
  } catch (error) {
    throw new AuthFileError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

/**
 * Reads the entries in the text of a file: a `name scope[,scope…] key` a line; empty lines and those that
 * begin with `#` are for people.
 *
 * @param file for messages
 * @param parseKey reads what is behind the scopes, to the end of the line
 * @throws {AuthFileError} at the first wrong line, whose text is not repeated, since it may be a secret
 */
export async function parseEntries(
  text: string,
  file: string,
  parseKey: (text: string) => string,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const meaning = line.trim();
    if (meaning === "" || meaning.startsWith("#")) continue;
    const number = index + 1;
    // Calls go on meanwhile: a hundred thousand lines take a second.
    if (number % LINES_A_TURN === 0) await setImmediate();
    try {
      const entry = parseEntry(meaning, parseKey);
      const before = lineOf.get(entry.key);
      if (before !== undefined) throw new TypeError(`the credential is that of line ${before}`);
      lineOf.set(entry.key, number);
      entries.push(entry);
    } catch (error) {
      throw new AuthFileError(`${file}:${number}: ${(error as Error).message}`);
    }
  }
  return entries;
}

/** @throws {TypeError} saying what is wrong */
function parseEntry(line: string, parseKey: (text: string) => string): Entry {
  const [, name = "", scopes = "", key = ""] = /^(\S+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
  if (key === "") throw new TypeError("a line is a name, its scopes and a credential");
  if (!isIdentityName(name)) {
    throw new TypeError("the name has to be of up to 64 letters, digits and . _ @ -");
  }
  return { name, grants: parseScopes(scopes), key: parseKey(key) };
}
