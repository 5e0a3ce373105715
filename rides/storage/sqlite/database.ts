import { DatabaseSync } from "node:sqlite";
import { StorageError } from "../errors.ts";
import { logOf } from "./log_file.ts";
import { checkVersion, migrate, SCHEMA_VERSION } from "./migrations.ts";

/** The path of a database that is in memory. */
export const MEMORY = ":memory:";

/** How long to wait for a tool that has the file locked for a moment, such as the sqlite3 shell. */
const BUSY_MS = 1_000;

/**
 * Opens a file to read and write it; makes or migrates it where needed.
 *
 * @param create whether a file that is not there is made
 * @throws {StorageError} if it is not there, not ours, or newer than this program
 * @throws an error of SQLite if it cannot be used
 */
export function openToWrite(file: string, create: boolean): DatabaseSync {
  if (file !== MEMORY) {
    checkFile(file, create);
    if (create) makePrivate(file);
  }
  const database = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    // Before anything is set, which would be written into what may be another program's database.
    if (checkVersion(database, file) === 0 && !create) {
      throw new StorageError(`Cannot use ${file}: it is empty; put back the file that was there`);
    }
    // FULL: when a commit returns it is on disk, whatever happens to the machine.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    migrate(database, file);
    database.exec(`
      PRAGMA cache_size = -${WRITER_CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES};
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a file for reading only.
 *
 * @throws {StorageError} if it is not there, not ours, or not of this version
 * @throws an error of SQLite if it cannot be used
 */
export function openToRead(file: string): DatabaseSync {
  checkFile(file, false);
  const database = connectToRead(file);
  try {
    const version = checkVersion(database, file);
    if (version === 0) {
      throw new StorageError(
        `Cannot read ${file}: there is nothing in it yet; serve it once, which makes a store of it`,
      );
    }
    if (version !== SCHEMA_VERSION) {
      throw new StorageError(
        `Cannot read ${file}: an earlier version of rides wrote it (schema ${version}, and this ` +
          `program knows ${SCHEMA_VERSION}); serve it once, which brings it up to date`,
      );
    }
    database.exec(`PRAGMA cache_size = -${READER_CACHE_KIB};`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Connects to a file for reading only. What SQLite has next to it is there afterwards only if it was before: a
 * connection that may not write cannot remove what it makes. A log that is there stays as it is.
 */
export function connectToRead(file: string): DatabaseSync {
  const readOnly = lookAt(logOf(file)) !== undefined;
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
  database.exec("PRAGMA query_only = ON;");
  return database;
}

const WRITER_CACHE_KIB = 64 * 1024;
const READER_CACHE_KIB = 16 * 1024;

/**
 * At how many pages SQLite checkpoints the write-ahead log by itself: 64 MiB. The writer of groups does so
 * long before, unless only commands fill it.
 */
const CHECKPOINT_PAGES = 16_384;

const PAGE_BYTES = 4_096;

/**
 * Creates the file, if it is not there, readable only by its owner: where people drove is private. SQLite
 * gives the files next to it the same mode. If it cannot be created, SQLite will say why.
 */
function makePrivate(file: string): void {
  try {
    Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
  } catch {
    // As said above.
  }
}

/**
 * Looks at what is there before it is opened, which for a pipe lasts until somebody else opens it, too; and where
 * the file is missing or empty, SQLite takes a log that is there for a left-over, and removes it.
 *
 * @param isNew whether it may be nothing
 * @throws {StorageError} if it is no file, nor a folder, of which others say more
 */
export function checkFile(file: string, isNew: boolean): void {
  const found = lookAt(file);
  if (found && !found.isFile && !found.isDirectory) {
    throw new StorageError(`Cannot use ${file}: it is a pipe or a device; give a file`);
  }
  const log = logOf(file);
  if (!found?.isDirectory && !found?.size && lookAt(log)?.size) {
    throw new StorageError(
      `Cannot use ${file}: ${
        found ? "it is empty" : "there is no such file"
      }, but ${log} has the ` +
        "latest of what was stored in it; put the file back, or move that log away",
    );
  }
  if (!found && !isNew) throw new StorageError(`Cannot use ${file}: there is no such file`);
}

function lookAt(file: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
