import type { Spool } from "../../client/upload/spool.ts";
import type { UploadEvent } from "../../client/upload/upload.ts";
import { fileProblem } from "../../files/file_problem.ts";
import { type OutputFormat, print, tell } from "../output.ts";

/** The least time between two reports of progress. */
const PROGRESS_MS = 100;

/**
 * Reports on an upload: what happens goes to stderr; with JSON, stdout tells the program that feeds it how
 * many lines of the input are safe.
 */
export class UploadReport {
  /** How many lines were put aside. */
  rejected: number;
  readonly #spool: Spool;
  readonly #format: OutputFormat;
  readonly #before: number;
  #refusedByServer = 0;
  #lost = false;
  #told = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(spool: Spool, format: OutputFormat) {
    this.#spool = spool;
    this.#format = format;
    this.#before = spool.committed;
    this.rejected = spool.damaged;
    if (spool.damaged > 0) {
      this.#tell(
        `Damaged: a part of ${spool.path}; what it held is in ${spool.asidePath}, and not sent`,
        { damaged: { lines: spool.damaged } },
      );
    }
    if (spool.waiting > 0) {
      this.#tell(`Of an earlier upload ${this.#waiting}`, { waiting: spool.waiting });
    }
  }

  /** How many positions were stored, including those of an earlier upload. */
  get stored(): number {
    return this.#spool.committedSince(this.#before) - this.#refusedByServer;
  }

  continuedBehind(lines: number, file: string): void {
    this.#tell(`Continuing after line ${lines} of ${file}, where an upload was interrupted`, {
      continued: { lines },
    });
  }

  on(event: UploadEvent): void {
    switch (event.kind) {
      case "progress":
        return this.#progressSoon();
      case "refused": {
        this.rejected++;
        if (event.byServer) this.#refusedByServer++;
        const { line, reason } = event.line;
        return this.#tell(`Rejected: line ${line}: ${reason}`, { rejected: { line, reason } });
      }
      case "lost": {
        if (this.#lost) return;
        this.#lost = true;
        const { message, status, reason } = event.failure;
        return this.#tell(`Lost: ${message}; trying again, ${this.#waiting}`, {
          lost: { status, message: reason, waiting: this.#spool.waiting },
        });
      }
      case "back":
        this.#lost = false;
        return this.#tell(`Back after ${(event.lostMs / 1_000).toFixed(1)} s`, {
          back: { lost_ms: event.lostMs },
        });
      case "full": {
        const problem = fileProblem(event.error);
        return this.#tell(`Cannot write ${this.#spool.path}: ${problem}; the input waits`, {
          full: { message: problem },
        });
      }
      case "room":
        return this.#tell("Going on: there is room again", { room: {} });
    }
  }

  get #waiting(): string {
    const { waiting, path } = this.#spool;
    return `${waiting} ${waiting === 1 ? "position waits" : "positions wait"} in ${path}`;
  }

  /** Tells the last of the progress, and what is left. */
  end(): void {
    clearTimeout(this.#timer);
    this.#progress();
    if (this.#spool.waiting === 0) return;
    const { waiting } = this.#spool;
    this.#tell(`Not stored yet: ${this.#waiting}; the next upload, or --once, sends them`, {
      waiting,
    });
  }

  #progressSoon(): void {
    if (this.#format === "text") return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#progress();
    }, PROGRESS_MS);
  }

  #progress(): void {
    const { syncedLines, storedLines } = this.#spool;
    const told = `${syncedLines} ${storedLines}`;
    if (this.#format === "text" || told === this.#told || syncedLines === 0) return;
    this.#told = told;
    print("json", "", { spooled_lines: syncedLines, stored_lines: storedLines });
  }

  #tell(text: string, value: object): void {
    tell(this.#format === "json" ? JSON.stringify(value) : text);
  }
}
