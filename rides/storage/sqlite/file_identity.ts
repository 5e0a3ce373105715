import { StorageError } from "../errors.ts";
import { MEMORY } from "./database.ts";
import { logOf } from "./log_file.ts";

/**
 * Tells whether the open file is still the one that its name refers to. SQLite would go on writing into a
 * removed or replaced file, and a restart would find nothing of that.
 */
export class FileIdentity {
  readonly #file: string;
  readonly #inode: number | undefined;
  readonly #log: string;
  readonly #logInode: number | undefined;
  /** Where the log is while another file is in the place of this one. */
  #aside: string | undefined;

  /** @param file which has just been opened */
  constructor(file: string) {
    this.#file = file;
    this.#inode = file === MEMORY ? undefined : inodeOf(file);
    this.#log = logOf(file);
    this.#logInode = inodeOf(this.#log);
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
    if (inode !== this.#inode) {
      if (inodeOf(this.#log) !== this.#logInode) return;
      this.#aside = freeName(`${this.#log}.of-replaced-file`);
      Deno.renameSync(this.#log, this.#aside);
    } else if (this.#aside !== undefined && inodeOf(this.#log) === undefined) {
      Deno.renameSync(this.#aside, this.#log);
      this.#aside = undefined;
    }
  }
}

/** The name, or the first with a number that no file has: the log of each file may be wanted again. */
function freeName(name: string): string {
  for (let number = 1;; number++) {
    const numbered = number === 1 ? name : `${name}-${number}`;
    if (inodeOf(numbered) === undefined) return numbered;
  }
}

function inodeOf(file: string): number | undefined {
  try {
    return Deno.statSync(file).ino ?? undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new StorageError((error as Error).message);
  }
}
