/** How often files are looked at. */
const PERIOD_MS = 1_000;

/**
 * Calls `onChange` whenever one of the files has changed: written to, replaced by a rename as editors do,
 * switched by a symbolic link as Kubernetes does, given another mode, removed or put back. Disposing of it
 * waits for a running call.
 *
 * It polls once a second instead of using file system events, which network file systems do not send and
 * which follow the old file instead of the name. A change counts once it has lasted from one look to the
 * next, so that long files, and files that belong together, are not read while they are being written.
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
   * Begins to watch. Changes from here on are reported, so read the files after this.
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

/** A text that differs whenever the file does; for a file that cannot be looked at, the error's name. */
async function lookOf(file: string): Promise<string> {
  try {
    const { dev, ino, mode, size, mtime, ctime } = await Deno.stat(file);
    // Deno gives ctime in whole seconds, so that it may not tell of another mode.
    return [dev, ino, mode, size, mtime?.getTime(), ctime?.getTime()].join(" ");
  } catch (error) {
    return error instanceof Error ? error.name : "unknown";
  }
}
