import { isLoose } from "../../files/is_loose.ts";
import type { Log } from "../log.ts";
import { type Entry, parseEntries, readAuthFile } from "./auth_file.ts";
import { Caller } from "./caller.ts";

/** The content of a file when it was read. */
export interface ReadList {
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** The callers that a file names, by what identifies them. */
export class CallerList {
  #callers: ReadonlyMap<string, Caller> = new Map();
  #text: string | undefined;

  /** @param parseKey reads the credential of a line */
  constructor(
    readonly file: string,
    private readonly parseKey: (text: string) => string,
    private readonly log: Log,
  ) {}

  find(key: string): Caller | undefined {
    return this.#callers.get(key);
  }

  /**
   * Reads the file, but does not change anything yet.
   *
   * @returns undefined if it has not changed
   * @throws {AuthFileError} if it cannot be used
   */
  async read(): Promise<ReadList | undefined> {
    const { text, mode } = await readAuthFile(this.file);
    if (text === this.#text) return undefined;
    if (isLoose(mode)) {
      this.log("warn", "others may read or change who may call; chmod 640 the file", {
        file: this.file,
        mode: `0${mode.toString(8)}`,
      });
    }
    return { text, entries: await parseEntries(text, this.file, this.parseKey) };
  }

  /** Replaces the list by what was read; whoever is in both stays the same caller. */
  replace({ text, entries }: ReadList): void {
    const before = this.#callers;
    const after = new Map<string, Caller>();
    for (const { key, name, grants } of entries) {
      const known = before.get(key);
      known?.update(name, grants);
      after.set(key, known ?? new Caller(name, grants));
    }
    for (const [key, caller] of before) {
      if (!after.has(key)) caller.withdraw();
    }
    this.#callers = after;
    this.#text = text;
  }

  get size(): number {
    return this.#callers.size;
  }
}
