/** How often old data is looked for, at most. */
const PERIOD_MS = 3_600_000;

/** For how long groups have the writer to themselves between two steps. */
const PAUSE_MS = 20;

/**
 * Has data older than some time deleted, in steps, until it is ended.
 *
 * @param step deletes some of what is older than `beforeMs`, from the first car where `restart` says so;
 * resolves to whether there may be more, and never rejects
 */
export class Retention {
  readonly #retentionMs: number;
  readonly #now: () => number;
  readonly #step: (beforeMs: number, restart: boolean) => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stepping: Promise<void> | undefined;
  #ended = false;

  constructor(
    retentionMs: number,
    now: () => number,
    step: (beforeMs: number, restart: boolean) => Promise<boolean>,
  ) {
    this.#retentionMs = retentionMs;
    this.#now = now;
    this.#step = step;
    this.#next(true, 0);
  }

  /** Ends it, after the step that runs. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#stepping;
  }

  #next(restart: boolean, afterMs: number): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#stepping = this.#step(this.#now() - this.#retentionMs, restart).then((more) => {
        if (more) this.#next(false, PAUSE_MS);
        else this.#next(true, Math.min(PERIOD_MS, this.#retentionMs / 10));
      });
    }, afterMs);
  }
}
