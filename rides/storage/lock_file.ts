import { StorageError } from "./errors.ts";
import type { StorageLog } from "./options.ts";

/** How often a lock that another process holds is tried again. */
const PERIOD_MS = 50;

/**
 * Locks a file against other servers, by a file beside it, for as long as the result is not disposed of.
 * SQLite's own locks are held for moments only: two servers would each remember what the other changes.
 *
 * @param waitMs how long to wait for another server to let go
 * @throws {StorageError} if another process holds it, naming that, or if it cannot be made
 */
export async function lockFile(
  file: string,
  waitMs: number,
  log: StorageLog,
): Promise<Disposable> {
  const path = `${file}.lock`;
  const lock = await open(path, file);
  const deadline = Date.now() + waitMs;
  let told = false;
  while (!await lock.tryLock(true)) {
    if (Date.now() >= deadline) {
      const holder = (await readText(path)).trim();
      lock.close();
      throw new StorageError(
        `Cannot use ${file}: another server has it open` +
          (holder === "" ? "" : ` (process ${holder})`) + "; stop that one, or give another file",
      );
    }
    if (!told) log("info", `${file} is in use by another server: waiting for its end`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
  await lock.truncate();
  await lock.write(new TextEncoder().encode(`${Deno.pid}\n`));
  // The file stays: whoever removed it could remove one that another process has just locked.
  return { [Symbol.dispose]: () => lock.close() };
}

async function open(path: string, file: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  } catch (error) {
    const { message } = error as Error;
    throw new StorageError(
      `Cannot use ${file}: its lock ${path} cannot be made (${message}); the folder has to be ` +
        "there, and writable",
    );
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}
