/** How often files are looked at. */
const PERIOD_MS = 1_000;

/**
 * Calls `onChange` each time that one of some files has become another: written to, replaced by a rename
 * as editors do it, switched by a symbolic link as Kubernetes does, removed or put back. Disposing of it
 * waits for a call that runs.
 *
 * It looks once a second instead of waiting for events of the file system, which a network file system
 * does not send and which follow the file that was there before, not the name. A change counts when it
 * has lasted from one look to the next, so that files which belong together, and those that are long,
 * are not read while they are being written.
 */
export class FileWatch implements AsyncDisposable {
  readonly #files: readonly string[];
  readonly #onChange: () => Promise<void> | void;
  /** How the files looked when `onChange` was called last, or at the start. */
  #known: string;
  #seen: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;

  private constructor(
    files: readonly string[],
    onChange: () => Promise<void> | void,
    known: string,
  ) {
    this.#files = files;
    this.#onChange = onChange;
    this.#known = this.#seen = known;
    this.#wait();
  }

  /**
   * Begins to watch. What changes from here on is told, so read the files after this.
   *
   * @param onChange must not throw or reject
   */
  static async start(
    files: readonly string[],
    onChange: () => Promise<void> | void,
  ): Promise<FileWatch> {
    return new FileWatch(files, onChange, await looksOf(files));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#looking;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#looking = this.#look(), PERIOD_MS);
  }

  async #look(): Promise<void> {
    const looks = await looksOf(this.#files);
    if (looks === this.#seen && looks !== this.#known) {
      this.#known = looks;
      await this.#onChange();
    }
    this.#seen = looks;
    this.#wait();
  }
}

async function looksOf(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map(lookOf))).join("\n");
}

/** What differs whenever the file does; a file that cannot be looked at is one like every other. */
async function lookOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtime, ctime } = await Deno.stat(file);
    return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
  } catch (error) {
    return error instanceof Error ? error.name : "unknown";
  }
}
