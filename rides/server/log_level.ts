/** How much a line matters, least first. */
export const LEVELS = [
  /** What helps to find a fault: calls and connections that begin. */
  "debug",
  /** The record: a line for each call. */
  "info",
  /** May want a person. */
  "warn",
  /** Wants a person. */
  "error",
] as const;

export type Level = typeof LEVELS[number];

/** The least level that is logged. It can be moved while the log is in use. */
export class LogThreshold {
  readonly #usual: number;
  #least: number;

  constructor(level: Level) {
    this.#usual = this.#least = LEVELS.indexOf(level);
  }

  get level(): Level {
    return LEVELS[this.#least]!;
  }

  passes(level: Level): boolean {
    return LEVELS.indexOf(level) >= this.#least;
  }

  /** Lets everything pass, or again what it let pass at first. */
  toggle(): void {
    this.#least = this.#least === 0 ? this.#usual : 0;
  }
}
