import type { StorageLog } from "./options.ts";
import type { StorageStatus } from "./storage.ts";

/** How often a store that cannot be used is tried again. */
const RETRY_MS = 1_000;

/** Whether a store can be used; while it cannot, it is tried again and again. */
export class Recovery {
  readonly #file: string;
  readonly #reopen: () => Promise<void>;
  readonly #onChange: (status: StorageStatus) => void;
  readonly #log: StorageLog;
  #status: StorageStatus = { kind: "serving" };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trying: Promise<void> | undefined;
  #ended = false;

  /**
   * @param file for the log
   * @param reopen opens it again and tests it; rejects with the reason why that fails
   * @param onChange is called when it begins to fail, and when it serves again
   */
  constructor(
    file: string,
    reopen: () => Promise<void>,
    onChange: (status: StorageStatus) => void,
    log: StorageLog,
  ) {
    this.#file = file;
    this.#reopen = reopen;
    this.#onChange = onChange;
    this.#log = log;
  }

  get status(): StorageStatus {
    return this.#status;
  }

  /** Something has failed so that the store cannot be used. */
  fail(reason: string): void {
    if (this.#status.kind === "failing" || this.#ended) return;
    this.#tellReason(reason);
    this.#onChange(this.#status);
    this.#tryLater();
  }

  /** Ends it, after the running attempt. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#trying;
  }

  #tryLater(): void {
    this.#timer = setTimeout(() => this.#trying = this.#try(), RETRY_MS);
  }

  async #try(): Promise<void> {
    try {
      await this.#reopen();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#status.kind === "failing" && this.#status.reason !== reason) {
        this.#tellReason(reason);
      }
      if (!this.#ended) this.#tryLater();
      return;
    }
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
