import type { Opened, OpenRequest } from "./requests.ts";
import { MEMORY } from "./sqlite/database.ts";
import { Thread } from "./thread.ts";

/** The threads that work on one file. */
export class Threads {
  readonly writer = new Thread();
  /** Reads do not wait for the writer; the same one where the store is in memory. */
  readonly reader: Thread;
  readonly #file: Pick<OpenRequest, "file" | "journalBytes">;

  constructor(file: string, journalBytes: number) {
    this.#file = { file, journalBytes };
    this.reader = file === MEMORY ? this.writer : new Thread();
  }

  /**
   * Opens the file in both.
   *
   * @throws {StorageError} if it cannot be used
   */
  async open(which: Pick<OpenRequest, "create" | "id" | "lastSequence">): Promise<Opened> {
    const request = { ...this.#file, ...which };
    const opened = await this.writer.call("open", { ...request, readOnly: false });
    if (this.reader !== this.writer) {
      await this.reader.call("open", { ...request, readOnly: true });
    }
    return opened;
  }

  /**
   * Lets go of the file in both and opens it again, and tests it. What is in memory stays there.
   *
   * @throws {StorageError} if it cannot be used
   */
  async reopen(which: Pick<OpenRequest, "id" | "lastSequence">): Promise<Opened> {
    if (this.reader !== this.writer) await this.#close();
    const opened = await this.open({ ...which, create: false });
    for (const thread of new Set([this.writer, this.reader])) await thread.call("probe", null);
    return opened;
  }

  /** Closes the file after all earlier requests, and ends the threads. */
  async end(): Promise<void> {
    await this.#close().catch(() => {});
    this.terminate();
  }

  /** Whether one of them does what somebody waits for. */
  get areWorking(): boolean {
    return this.writer.isWorking || this.reader.isWorking;
  }

  /** Ends them at once; whoever waits is told that they are gone. */
  terminate(): void {
    this.reader.terminate();
    this.writer.terminate();
  }

  /**
   * Both, before either opens it again: when the last one closes, SQLite removes the log next to the file,
   * which may by then be another file.
   */
  async #close(): Promise<void> {
    for (const thread of new Set([this.reader, this.writer])) await thread.call("close", null);
  }
}
