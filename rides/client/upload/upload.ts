import { status as Code } from "@grpc/grpc-js";
import { backoffMs, pause } from "../backoff.ts";
import { CallFailure } from "../call_failure.ts";
import type { CarCalls } from "../car_calls.ts";
import { formatPositionLine } from "../position_line.ts";
import { LineError } from "../position_lines.ts";
import { isPassing } from "../resuming.ts";
import type { Block, RefusedLine } from "./position_blocks.ts";
import { AsideError } from "./put_aside.ts";
import type { Spool } from "./spool.ts";

/** What happens in an upload. */
export type UploadEvent =
  /** More lines are on the disk, or stored: see {@linkcode Spool.syncedLines}. */
  | { readonly kind: "progress" }
  /** A line is not a position, or the server refused it: it is not sent again. */
  | { readonly kind: "refused"; readonly line: RefusedLine; readonly byServer: boolean }
  /** The connection is lost; it is tried again in `retryMs`. */
  | { readonly kind: "lost"; readonly failure: CallFailure; readonly retryMs: number }
  /** It is back, and the server stores again. */
  | { readonly kind: "back"; readonly lostMs: number }
  /** The spool cannot be written, and the input waits; it is tried again at least every second. */
  | { readonly kind: "full"; readonly error: unknown }
  /** It can be written again. */
  | { readonly kind: "room" };

/** How an upload goes. */
export interface UploadOptions {
  /** What is uploaded besides the contents of the spool; default nothing. */
  readonly blocks?: AsyncIterable<Block>;
  /** How large the spool may become, in bytes; the input waits then until everything is stored. */
  readonly spoolBytes: number;
  /** Whether a server that cannot be reached is waited for. */
  readonly patient: boolean;
  /** Ends the upload: what is not stored stays in the spool. */
  readonly signal: AbortSignal;
  readonly on: (event: UploadEvent) => void;
}

/** Above this size stored frames are removed as soon as nothing waits. */
const TIDY_BYTES = 64 * 1024 * 1024;

/** A line is synced after this time, unless the server has stored it by then. */
const SYNC_MS = 100;

/** An input with this many refused lines is probably the wrong one. */
const MAX_REFUSED = 1_000;

/** How often writing the spool is tried again. */
const FULL_MS = 1_000;

/**
 * Sends what a spool holds, and what comes, until everything is stored: over lost connections and restarts of
 * the server, and again only what was not acknowledged.
 *
 * @throws {CallFailure} if the server refuses the call as a whole, or cannot be reached and is not waited for
 * @throws {LineError} if the input is something else than positions
 * @throws {AsideError} if lines cannot be put aside; then they are not taken over, and nothing is lost
 */
export async function upload(cars: CarCalls, spool: Spool, options: UploadOptions): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const upload = new Upload(cars, spool, { ...options, signal });
  try {
    await Promise.race([
      Promise.all([upload.takeInput(), upload.send()]),
      // A silent input must not hold up the end.
      aborted(options.signal),
    ]);
  } finally {
    over.abort();
    upload.end();
    await spool.sync().catch(() => {});
  }
}

class Upload {
  #lostAt: number | undefined;
  #refused = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly cars: CarCalls,
    private readonly spool: Spool,
    private readonly options: UploadOptions,
  ) {}

  /** Puts what comes into the spool. */
  async takeInput(): Promise<void> {
    const { blocks, signal, on } = this.options;
    for await (const block of blocks ?? []) {
      await this.#room();
      // Before the mark that says that they are taken: after a crash they appear twice rather than never.
      if (block.refused.length > 0) await this.#write(() => this.spool.putAside(block.refused));
      await this.#write(() => this.spool.append(block.runs, block.source));
      if (signal.aborted) return;
      for (const line of block.refused) this.#tellRefused(line, false);
      this.#syncSoon();
      on({ kind: "progress" });
    }
    this.spool.complete();
  }

  /**
   * Writes, and tries again if that fails: the disk may be full, perhaps of the spool itself.
   *
   * @throws {AsideError} if trying again does not help
   */
  async #write(write: () => void): Promise<void> {
    const { signal, on } = this.options;
    for (let full = false; !signal.aborted;) {
      try {
        write();
        if (full) on({ kind: "room" });
        return;
      } catch (error) {
        if (error instanceof AsideError) throw error;
        if (this.spool.makeRoom()) continue;
        if (!full) on({ kind: "full", error });
        full = true;
        await Promise.race([this.spool.changed, pause(FULL_MS, signal)]);
      }
    }
  }

  /** @throws {LineError} if there are so many that the input is something else */
  #tellRefused(line: RefusedLine, byServer: boolean): void {
    this.options.on({ kind: "refused", line, byServer });
    if (++this.#refused < MAX_REFUSED) return;
    throw new LineError(
      `line ${line.line}: the ${MAX_REFUSED}th line that is refused; is it the right input?`,
    );
  }

  /** Waits while the spool is too large, or can be cleared away at once. */
  async #room(): Promise<void> {
    const { spool, options: { spoolBytes, signal } } = this;
    const tidy = () =>
      this.#lostAt === undefined && spool.bytes > TIDY_BYTES &&
      spool.waitingBytes < spool.bytes / 2;
    while (!signal.aborted && spool.waiting > 0 && (spool.bytes > spoolBytes || tidy())) {
      await Promise.race([spool.changed, pause(FULL_MS, signal)]);
    }
  }

  #syncSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.spool.sync().then(
        () => this.options.on({ kind: "progress" }),
        // Lines that cannot be synced are not reported as safe; the next time may go better.
        () => {},
      );
    }, SYNC_MS);
  }

  /** Sends what the spool holds, until it is complete and everything is stored. */
  async send(): Promise<void> {
    const { cars, spool, options: { signal, patient, on } } = this;
    for (let failures = 0; !spool.done && !signal.aborted;) {
      let failure: CallFailure;
      try {
        const isDue = () => spool.isUnacknowledged;
        for await (const sequence of cars.upload(spool.requests(), signal, isDue)) {
          if (this.#lostAt !== undefined) {
            on({ kind: "back", lostMs: Date.now() - this.#lostAt });
            this.#lostAt = undefined;
          }
          failures = 0;
          spool.acknowledge(sequence);
          on({ kind: "progress" });
        }
        if (spool.done) return;
        failure = new CallFailure(Code.UNAVAILABLE, "the server ended the stream");
      } catch (error) {
        if (signal.aborted) return;
        if (await this.#refuse(error)) continue;
        if (!isPassing(error) || !patient) throw error;
        failure = error;
      }
      this.#lostAt ??= Date.now();
      const retryMs = backoffMs(++failures);
      on({ kind: "lost", failure, retryMs });
      await pause(retryMs, signal);
    }
  }

  /** Whether the server has refused one position, which is put aside; everything before it is stored. */
  async #refuse(error: unknown): Promise<boolean> {
    const sequence = refusedSequence(error);
    const sent = sequence === undefined ? undefined : this.spool.sent(sequence);
    if (sequence === undefined || !sent || !(error instanceof CallFailure)) return false;
    const { position, line } = sent;
    const refused = { line, reason: error.reason, text: formatPositionLine(position) };
    await this.#write(() => this.spool.putAside([refused]));
    if (this.options.signal.aborted) return true;
    this.spool.acknowledge(sequence);
    this.#tellRefused(refused, true);
    return true;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The sequence that a refusal is about, as UploadPositions names it. */
function refusedSequence(error: unknown): number | undefined {
  if (!(error instanceof CallFailure)) return undefined;
  if (error.code !== Code.INVALID_ARGUMENT && error.code !== Code.PERMISSION_DENIED) {
    return undefined;
  }
  const [, sequence] = /^sequence (\d+): /.exec(error.reason) ?? [];
  return sequence === undefined ? undefined : Number(sequence);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
