import { fileProblem } from "../files/file_problem.ts";
import { StorageError } from "./errors.ts";
import type { StorageLog } from "./options.ts";
import { storeError } from "./store_error.ts";

/** How often a lock that another process holds is tried again. */
const PERIOD_MS = 50;

/**
 * Locks a file against other servers, by a second file next to it, until the result is disposed of. SQLite
 * holds its own locks only for moments, and each of two servers would remember what the other changes.
 *
 * @param waitMs how long to wait for another server to let go
 * @throws {StorageError} if another process holds it, naming that, or if it cannot be made
 */
export async function lockFile(
  file: string,
  waitMs: number,
  log: StorageLog,
): Promise<Disposable> {
  const deadline = Date.now() + waitMs;
  let told = false;
  for (;;) {
    const lock = await tryLockFile(file);
    if (lock) return lock;
    if (Date.now() >= deadline) throw await inUse(file);
    if (!told) log("info", `${file} is in use by another server: waiting for its end`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

/**
 * Locks a file as {@linkcode lockFile} does; undefined where another process has it.
 *
 * @throws {StorageError} if the lock cannot be made
 */
export async function tryLockFile(file: string): Promise<Disposable | undefined> {
  const path = lockOf(file);
  for (;;) {
    const lock = await open(path, file);
    const isOurs = await lock.tryLock(true);
    if (isOurs && await isAt(path, lock)) return await signed(lock, path);
    lock.close();
    // Otherwise whoever had it has removed it since it was opened here.
    if (!isOurs) return undefined;
  }
}

/** That another process has the file, naming that. */
export async function inUse(file: string): Promise<StorageError> {
  const holder = await Deno.readTextFile(lockOf(file)).then((text) => text.trim(), () => "");
  return new StorageError(
    `Cannot use ${file}: another server or backup has it open` +
      (holder === "" ? "" : ` (process ${holder})`) + "; stop that one, or give another file",
  );
}

function lockOf(file: string): string {
  return `${file}.lock`;
}

async function open(path: string, file: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw storeError(file, error);
    throw new StorageError(
      `Cannot use ${file}: its lock ${path} cannot be made (${
        fileProblem(error)
      }); the folder has ` +
        "to be writable",
    );
  }
}

/** Whether the file that is open is the one of that name. Windows tells no inode, and keeps such a file. */
async function isAt(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    return (await Deno.stat(path)).ino === (await file.stat()).ino;
  } catch {
    return false;
  }
}

/** Writes who has it into the lock, if the disk has room for that; it goes when that lets go of it. */
async function signed(lock: Deno.FsFile, path: string): Promise<Disposable> {
  await lock.truncate();
  await lock.write(new TextEncoder().encode(`${Deno.pid}\n`)).catch(() => {});
  return {
    [Symbol.dispose]() {
      // While it is still held: afterwards it may be another's.
      removeIfAllowed(path);
      lock.close();
    },
  };
}

function removeIfAllowed(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It holds nobody up.
  }
}
