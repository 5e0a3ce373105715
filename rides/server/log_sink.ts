import { lineIn, type LogFormat } from "./log.ts";

/** How much is kept for a reader of stderr that does not read. */
const PENDING_BYTES = 1 << 20;

/** How long a line waits for others at most: each write is a hop to another thread and back. */
const GATHER_MS = 10;

/** After so many times of that without a line, nobody waits for the next. */
const MOST_QUIET = 20;

/** How long {@linkcode LogSink} waits at its end. */
const FLUSH_MS = 1_000;

/**
 * Writes lines to a slow file without waiting for it: the lines of 10 ms leave in one write; if a reader
 * stalls or a disk is full, lines are lost (and counted), but no call is held up. Disposing of it writes what
 * is left.
 */
export class LogSink implements AsyncDisposable {
  #pending: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #flushing = 0;
  #endGathering: (() => void) | undefined;
  /**
   * One for as long as lines come, instead of one for each write: what the timers of Deno leave behind is
   * kept until a full collection (see `interceptors/timeout.ts`).
   */
  #timer: ReturnType<typeof setInterval> | undefined;
  #quiet = 0;

  /** @param format of the line that says how many were lost */
  constructor(
    readonly file: { write(bytes: Uint8Array): Promise<number> },
    readonly format: LogFormat = "text",
  ) {}

  /** Takes a line; bound, so that it can be handed to `createLog` as it is. */
  readonly write = (line: string): void => {
    if (this.#bytes + line.length > PENDING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#take(line);
    this.#writing ??= this.#writeAll();
  };

  /** Resolves when everything that was taken is written, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
    this.#flushing++;
    this.#stopTimer();
    this.#endGathering?.();
    await Promise.race([this.#writing, timeout]);
    this.#flushing--;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.flush(FLUSH_MS);
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#gather();
      const lines = this.#pending;
      this.#pending = [];
      const text = lines.join("");
      try {
        await this.#writeText(text);
      } catch (error) {
        // Nobody reads any more: `#writing` stays set, so nothing is ever written again.
        if (error instanceof Deno.errors.BrokenPipe) return;
        this.#dropped += lines.length;
        break;
      } finally {
        this.#bytes -= text.length;
      }
      this.#reportDropped();
    }
    this.#writing = undefined;
  }

  /** Resolves when it is time to write. */
  async #gather(): Promise<void> {
    if (this.#flushing > 0) return;
    this.#quiet = 0;
    this.#timer ??= setInterval(() => {
      this.#endGathering?.();
      if (++this.#quiet > MOST_QUIET) this.#stopTimer();
    }, GATHER_MS);
    await new Promise<void>((resolve) => this.#endGathering = resolve);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #writeText(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let start = 0; start < bytes.length;) {
      start += await this.file.write(bytes.subarray(start));
    }
  }

  /** After a write that worked, so that a full disk is not tried again at once. */
  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#take(lineIn(this.format)("warn", "lines of the log were lost", { count: this.#dropped }));
    this.#dropped = 0;
  }

  #take(line: string): void {
    this.#pending.push(line);
    this.#bytes += line.length;
  }
}
