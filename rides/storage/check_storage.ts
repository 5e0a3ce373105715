import { dirname } from "node:path";
import { inUse, tryLockFile } from "./lock_file.ts";
import { checkStorageSpec } from "./open_storage.ts";
import { checkFile, connectToRead, MEMORY, openToWrite } from "./sqlite/database.ts";
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
  // The lock is made next to the file, where the store would be made too.
  using lock = await tryLockFile(file);
  if (!lock && !mayBeInUse) throw await inUse(file);
  try {
    if (!await isStore(file)) await tryToMake(file);
  } catch (error) {
    throw storeError(file, error);
  }
}

/** Whether the file has a store in it; false where it is empty, or not there. */
async function isStore(file: string): Promise<boolean> {
  checkFile(file, true);
  try {
    (await Deno.open(file, { write: true })).close();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  using database = connectToRead(file);
  return checkVersion(database, file) > 0;
}

/** Makes a store next to the file, for a moment: only this shows whether the disk has room for one. */
async function tryToMake(file: string): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: dirname(file), prefix: ".rides-check-" });
  try {
    openToWrite(`${folder}/rides.db`, true).close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
