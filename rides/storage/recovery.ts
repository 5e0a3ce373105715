import type { StorageLog } from "./options.ts";
import type { StorageStatus } from "./storage.ts";

/** How often a store is looked at, or tried again. */
const PERIOD_MS = 1_000;

/** Whether a store can be used: while it can, it is looked at; while it cannot, it is tried again and again. */
export class Recovery {
  readonly #file: string;
  readonly #look: () => Promise<void>;
  readonly #reopen: () => Promise<void>;
  readonly #onChange: (status: StorageStatus) => void;
  readonly #log: StorageLog;
  #status: StorageStatus = { kind: "serving" };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stepping: Promise<void> | undefined;
  #ended = false;

  /**
   * @param file for the log
   * @param look finds out whether it is still there; rejects with the reason why it cannot be used
   * @param reopen opens it again and tests it; rejects likewise
   * @param onChange is called when it begins to fail, and when it serves again
   */
  constructor(
    file: string,
    look: () => Promise<void>,
    reopen: () => Promise<void>,
    onChange: (status: StorageStatus) => void,
    log: StorageLog,
  ) {
    this.#file = file;
    this.#look = look;
    this.#reopen = reopen;
    this.#onChange = onChange;
    this.#log = log;
    this.#stepLater();
  }

  get status(): StorageStatus {
    return this.#status;
  }

  /** Something has failed so that the store cannot be used. */
  fail(reason: string): void {
    if (this.#status.kind === "failing" || this.#ended) return;
    this.#tellReason(reason);
    this.#onChange(this.#status);
    // Otherwise the step that runs is followed by the next.
    if (!this.#stepping) this.#stepLater();
  }

  /** Ends it, after the running step. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#stepping;
  }

  #stepLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stepping = this.#step(), PERIOD_MS);
  }

  async #step(): Promise<void> {
    try {
      if (this.#status.kind === "serving") await this.#look();
      else await this.#recover();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#status.kind === "serving") this.fail(reason);
      else if (this.#status.reason !== reason) this.#tellReason(reason);
    }
    this.#stepping = undefined;
    if (!this.#ended) this.#stepLater();
  }

  async #recover(): Promise<void> {
    await this.#reopen();
    if (this.#ended) return;
    this.#log("info", "the store can be used again", { file: this.#file });
    this.#status = { kind: "serving" };
    this.#onChange(this.#status);
  }

  #tellReason(reason: string): void {
    this.#status = { kind: "failing", reason };
    this.#log("error", "the store cannot be used", { file: this.#file, reason });
  }
}
