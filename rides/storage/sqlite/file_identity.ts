import { StorageError } from "../errors.ts";
import { MEMORY } from "./database.ts";

/**
 * Tells whether the open file is still the one that its name refers to. SQLite would go on writing into a
 * removed or replaced file, and a restart would find nothing of that.
 */
export class FileIdentity {
  readonly #file: string;
  readonly #inode: number | undefined;
  readonly #logInode: number | undefined;

  /** @param file which has just been opened */
  constructor(file: string) {
    this.#file = file;
    this.#inode = file === MEMORY ? undefined : inodeOf(file);
    this.#logInode = inodeOf(logOf(file));
  }

  /** @throws {StorageError} if it is not */
  check(): void {
    // Windows has no such number; there a file that is open cannot be removed.
    if (this.#inode === undefined) return;
    const inode = inodeOf(this.#file);
    if (inode === this.#inode) return;
    throw new StorageError(
      inode === undefined
        ? `${this.#file} was removed while it was open; put it back`
        : `${this.#file} was replaced while it was open`,
    );
  }

  /**
   * Puts the log of the formerly open file aside if another file has taken its place, since SQLite would take
   * it for that file's log; and puts it back if the file is back. To be called when nobody has either file
   * open.
   */
  matchLog(): void {
    const inode = inodeOf(this.#file);
    if (inode === undefined || this.#logInode === undefined) return;
    const log = logOf(this.#file);
    const aside = `${log}.of-replaced-file`;
    const [from, to] = inode === this.#inode ? [aside, log] : [log, aside];
    if (inodeOf(from) === this.#logInode && inodeOf(to) === undefined) Deno.renameSync(from, to);
  }
}

/** The write-ahead log of a file. */
function logOf(file: string): string {
  return `${file}-wal`;
}

function inodeOf(file: string): number | undefined {
  try {
    return Deno.statSync(file).ino ?? undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new StorageError((error as Error).message);
  }
}
