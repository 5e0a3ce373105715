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
  #least: number;

  constructor(level: Level) {
    this.#least = LEVELS.indexOf(level);
  }

  get level(): Level {
    return LEVELS[this.#least]!;
  }

  passes(level: Level): boolean {
    return LEVELS.indexOf(level) >= this.#least;
  }

  /** Moves it a level down, so that more is logged; stays at `debug`. */
  more(): void {
    this.#least = Math.max(0, this.#least - 1);
  }

  /** Moves it a level up, so that less is logged; stays at `error`. */
  less(): void {
    this.#least = Math.min(LEVELS.length - 1, this.#least + 1);
  }
}
