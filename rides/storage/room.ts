import { fileProblem } from "../files/file_problem.ts";
import { StorageError } from "./errors.ts";

/** What the largest group writes: a page of 4 KiB for each of 2,000 fixes. */
const GROUP_BYTES = 8 * 1024 * 1024;

/**
 * Finds out whether a group could be written on the disk of a file, by writing as much next to it for a moment.
 * SQLite writes nothing before a commit, and a small commit succeeds on a disk that is full for a group.
 *
 * @throws {StorageError} if there is no room
 */
export function checkRoom(file: string): void {
  const path = `${file}.room`;
  try {
    using room = Deno.openSync(path, { write: true, create: true, mode: 0o600 });
    const bytes = new Uint8Array(GROUP_BYTES);
    for (let at = 0; at < bytes.length;) at += room.writeSync(bytes.subarray(at));
    room.syncSync();
  } catch (error) {
    throw new StorageError(
      `its disk has no room for the next positions (${fileProblem(error)}); free ` +
        `${GROUP_BYTES / 1024 ** 2} MiB at least`,
    );
  } finally {
    try {
      Deno.removeSync(path);
    } catch {
      // It could not be made, as was said.
    }
  }
}
