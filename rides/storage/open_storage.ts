import { StorageError } from "./errors.ts";
import { lockFile } from "./lock_file.ts";
import { resolveStorageOptions, type StorageOptions } from "./options.ts";
import { MEMORY } from "./sqlite/database.ts";
import { SqliteStorage } from "./sqlite_storage.ts";
import type { Storage } from "./storage.ts";
import { storeError } from "./store_error.ts";
import { Threads } from "./threads.ts";

const SQLITE = "sqlite:";

/**
 * Opens a store: `sqlite:FILE`, which is created and migrated if needed, or `memory`, which is gone with the
 * process. Both are the same code over different places, so that they cannot differ.
 *
 * @throws {TypeError} if `spec` is neither
 * @throws {StorageError} if it cannot be used: what happened, why, and what to do
 */
export async function openStorage(spec: string, options: StorageOptions = {}): Promise<Storage> {
  const file = checkStorageSpec(spec);
  const resolved = resolveStorageOptions(options);
  // Before the lock, so that they are loaded when the server that had it has ended.
  const threads = new Threads(file, resolved.journalBytes);
  let lock: Disposable | undefined;
  try {
    if (file !== MEMORY) lock = await lockFile(file, resolved.lockWaitMs, resolved.log);
    const opened = await threads.open({ create: true, lastSequence: 0 });
    return new SqliteStorage(file, opened, threads, lock, resolved);
  } catch (error) {
    threads.terminate();
    lock?.[Symbol.dispose]();
    throw error instanceof StorageError ? storeError(file, error) : error;
  }
}

/**
 * The file that `spec` names; `:memory:` for `memory`.
 *
 * @throws {TypeError} if it names no store
 */
export function checkStorageSpec(spec: string): string {
  if (spec === "memory") return MEMORY;
  const file = spec.startsWith(SQLITE) ? spec.slice(SQLITE.length) : "";
  if (file === "" || file.startsWith(":")) {
    throw new TypeError(`${JSON.stringify(spec)} names no store: write sqlite:FILE or memory`);
  }
  return file;
}
