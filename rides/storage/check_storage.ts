import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageError } from "./errors.ts";
import { checkStorageSpec } from "./open_storage.ts";
import { MEMORY } from "./sqlite/database.ts";
import { checkVersion } from "./sqlite/migrations.ts";
import { storeError } from "./store_error.ts";

/**
 * Finds out whether a store could be opened, and changes nothing.
 *
 * @param mayBeInUse whether another server may have it
 * @throws {StorageError} if it could not
 * @throws {TypeError} if `spec` names no store
 */
export async function checkStorage(spec: string, mayBeInUse: boolean): Promise<void> {
  const file = checkStorageSpec(spec);
  if (file === MEMORY) return;
  try {
    if (!await exists(file)) return await checkFolder(dirname(file));
    (await Deno.open(file, { write: true })).close();
  } catch (error) {
    throw storeError(file, error);
  }
  checkDatabase(file);
  if (!mayBeInUse) await checkLock(file);
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Where the file and those beside it are to be made. */
async function checkFolder(dir: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir, prefix: "rides-check-" }));
}

function checkDatabase(file: string): void {
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    checkVersion(database, file);
  } catch (error) {
    throw storeError(file, error);
  }
}

async function checkLock(file: string): Promise<void> {
  const path = `${file}.lock`;
  if (!await exists(path)) return;
  using lock = await Deno.open(path, { read: true, write: true });
  if (!await lock.tryLock(true)) {
    throw new StorageError(`Cannot use ${file}: another server has it open`);
  }
}
