import { DatabaseSync } from "node:sqlite";
import { inUse, tryLockFile } from "./lock_file.ts";
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
  // The lock is made next to the file, where the store would be made too.
  using lock = await tryLockFile(file);
  if (!lock && !mayBeInUse) throw await inUse(file);
  try {
    (await Deno.open(file, { write: true })).close();
    using database = new DatabaseSync(file, { readOnly: true });
    checkVersion(database, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw storeError(file, error);
  }
}
