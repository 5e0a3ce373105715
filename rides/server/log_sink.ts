import { setImmediate } from "node:timers";
import { lineIn, type LogFormat } from "./log.ts";

/** How much is kept for a reader of stderr that does not read; default 1 MiB. */
const PENDING_BYTES = 1 << 20;

/**
 * Writes lines to a slow file without waiting for it: the lines of one turn of the event loop leave in
 * one write, and a reader that stalls or a full disk costs lines (they are counted) but never a call.
 */
export class LogSink {
  #pending: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  /** @param format that of the line which says how many were lost */
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
    await Promise.race([this.#writing, timeout]);
    clearTimeout(timer);
  }

  async #writeAll(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      const text = lines.join("");
      try {
        await this.#writeText(text);
      } catch (error) {
        // Nobody reads any more: `#writing` stays, so nothing is ever written again.
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

  async #writeText(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let start = 0; start < bytes.length;) {
      start += await this.file.write(bytes.subarray(start));
    }
  }

  /** After a write that worked, so that a full disk is not asked again at once. */
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
