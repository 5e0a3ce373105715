import { setImmediate } from "node:timers";

/** How much is kept for a reader of stderr that does not read; default 1 MiB. */
const PENDING_BYTES = 1 << 20;

/**
 * Writes lines to a slow file without waiting for it: the lines of one turn of the event loop leave in
 * one write, and a reader that stalls costs lines (they are counted) but never a call.
 */
export class LogSink {
  #pending: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(readonly file: { write(bytes: Uint8Array): Promise<number> }) {}

  /** Takes a line; bound, so that it can be handed to `createLog` as it is. */
  readonly write = (line: string): void => {
    if (this.#bytes + line.length > PENDING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#pending.push(line);
    this.#bytes += line.length;
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
    const encoder = new TextEncoder();
    try {
      while (this.#pending.length > 0) {
        const lines = this.#pending.join("");
        this.#pending = [];
        const bytes = encoder.encode(lines);
        for (let start = 0; start < bytes.length;) {
          start += await this.file.write(bytes.subarray(start));
        }
        this.#bytes -= lines.length;
        this.#reportDropped();
      }
      this.#writing = undefined;
    } catch {
      // Nobody reads any more; `#writing` stays, so nothing is ever written again.
      this.#pending = [];
    }
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const line = `${this.#dropped} log lines were dropped: stderr is read too slowly\n`;
    this.#dropped = 0;
    this.#pending.push(line);
    this.#bytes += line.length;
  }
}
