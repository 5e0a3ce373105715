/**
 * What stores and feeds report for metrics. They import nothing of ours but the domain, so the interfaces are
 * here; `server/metrics/` counts. The methods are called often: they add to a number, never throw and never
 * wait.
 */

/** Hears what a store does. */
export interface StoreObserver {
  /** A commit has been made: how long it took, in seconds, and how many rows it held. */
  onCommit(seconds: number, rows: number): void;
  /** How many rows now wait for a commit; called when that has changed. */
  onQueue(rows: number): void;
}

/** Hears what a live feed does. */
export interface FeedObserver {
  /** How many watch now; called when that has changed. */
  onWatchers(watchers: number): void;
  /** That many events were left out for slow readers, which got newer ones instead. */
  onConflated(events: number): void;
  /** A watcher was cut off because it did not read. */
  onCut(): void;
}

/** Nobody listens; the default. */
export const unobservedStore: StoreObserver = { onCommit() {}, onQueue() {} };

/** Nobody listens; the default. */
export const unobservedFeed: FeedObserver = { onWatchers() {}, onConflated() {}, onCut() {} };
