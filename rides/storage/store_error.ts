import { dirname } from "node:path";
import { fileProblem } from "../files/file_problem.ts";
import { StorageError } from "./errors.ts";
import { logOf } from "./sqlite/log_file.ts";

/** What SQLite says about a file, and what that means to whoever named it. */
const MEANINGS: readonly (readonly [RegExp, (said: string, file: string) => string])[] = [
  [/file is not a database/, (said) => `it is no database (${said}); give another file`],
  [/disk is full/, (said) => `its disk is full (${said}); make room on it`],
  [/disk I\/O/, (said) => `its disk is full or fails (${said}); make room on it, or mend it`],
  [
    /malformed/,
    (said, file) => {
      const log = logOf(file);
      const alsoLog = isThere(log)
        ? `; if that has been done, move ${log} away, which belongs to the file before it`
        : "";
      return `it is damaged (${said}); put back a backup${alsoLog}`;
    },
  ],
  [
    /unable to open|readonly database/,
    (said) =>
      `it cannot be opened (${said}); this user has to be allowed to write it and its folder`,
  ],
];

/**
 * Why a file cannot be used as a store, naming it.
 *
 * @param error thrown by the system, by SQLite, or by a thread that works on the file
 */
export function storeError(file: string, error: unknown): StorageError {
  if (error instanceof StorageError && error.message.startsWith("Cannot ")) return error;
  return new StorageError(`Cannot use ${file}: ${reasonOf(file, error)}`, { cause: error });
}

/** SQLite has the same words for several causes; so the place is looked at first. */
function reasonOf(file: string, error: unknown): string {
  if (isFolder(file)) return "it is a folder; give a file in it";
  const folder = dirname(file);
  if (!isFolder(folder)) {
    return isThere(folder)
      ? `${folder} is no folder; give another file`
      : `there is no folder ${folder}; make it, or give another file`;
  }
  const said = fileProblem(error);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said))?.[1];
  return meaning?.(`SQLite: ${said}`, file) ?? said;
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
