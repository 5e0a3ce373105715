/** How patient a watcher is, and how much it sends at once. */
export interface WatcherSettings {
  /** About what a response holds at most, unless a single event is larger. */
  readonly pieceBytes: number;
  /** Events that have waited for longer are left out where newer ones follow. */
  readonly conflateAfterMs: number;
  /** A reader that takes nothing for this long, while something waits for it, is cut. */
  readonly cutAfterMs: number;
  /** How often a watcher that is told nothing gets a new resume token. */
  readonly tokenEveryMs: number;
  /** Calls `goOn` when all others had their turn: watchers that have much to tell go on one by one. */
  readonly afterOthers: (goOn: () => void) => void;
}

/** The settings of a feed. */
export interface FeedSettings extends WatcherSettings {
  /** How long changes gather before watchers are told of them together. */
  readonly gatherMs: number;
  /** What the last commits may take in memory, for all watchers together. */
  readonly recentBytes: number;
  /** How many cars all watchers together may watch by their numbers, of 16 bytes each. */
  readonly maxListedCars: number;
}

/** See {@linkcode FeedSettings}; what they are by default. */
export const FEED_DEFAULTS: FeedSettings = {
  gatherMs: 25,
  recentBytes: 16 * 1024 * 1024,
  maxListedCars: 4_000_000,
  pieceBytes: 32 * 1024,
  conflateAfterMs: 1_000,
  cutAfterMs: 30_000,
  tokenEveryMs: 10_000,
  afterOthers: (goOn) => void setTimeout(goOn),
};
