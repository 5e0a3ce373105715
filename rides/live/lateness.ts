import type { LiveCommit } from "./recent_commits.ts";

/** Whether a reader is late: what has waited for it too long is left out if something newer follows. */
export class Lateness {
  /** What is up to here is told whole, however late. */
  readonly #wholeTo: number;
  readonly #afterMs: number;
  /** When that was passed: what had gathered by then has to be caught up with first. */
  #passedMs: number | undefined;

  constructor(wholeTo: number, afterMs: number) {
    this.#wholeTo = wholeTo;
    this.#afterMs = afterMs;
  }

  /** Whether the reader is late for what a commit brought, which is the next that it is told. */
  isFor(commit: LiveCommit | undefined): boolean {
    if (!commit || commit.sequence <= this.#wholeTo) return false;
    const nowMs = performance.now();
    this.#passedMs ??= nowMs;
    return nowMs - Math.max(commit.atMs, this.#passedMs) >= this.#afterMs;
  }
}
