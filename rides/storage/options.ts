import { type StoreObserver, unobservedStore } from "../domain/observers.ts";

/** The settings of a store, all optional. */
export interface StorageOptions {
  /**
   * How long to wait for another process that has the file open, in milliseconds. Default 0: a file that is
   * in use is refused at once.
   */
  readonly lockWaitMs?: number;
  /**
   * How long positions are kept, and rides after their end, in milliseconds; the latest position of a car
   * stays. Default Infinity: for ever.
   */
  readonly retentionMs?: number;
  /** How many bytes of commits are kept for resuming watches. Default 64 MiB. */
  readonly journalBytes?: number;
  /** Tells the time, in milliseconds since 1970. Default the clock of the machine. */
  readonly now?: () => number;
  /** Hears of every commit. Default nobody. */
  readonly observer?: StoreObserver;
  /**
   * Where it is reported that the file cannot be used, why, and that it can be used again. Default nowhere.
   */
  readonly log?: StorageLog;
}

/** Writes a line of the log. */
export type StorageLog = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Readonly<Record<string, string | number | undefined>>,
) => void;

/** The settings with their defaults filled in. */
export type ResolvedStorageOptions = Required<StorageOptions>;

/** Fills in the defaults. */
export function resolveStorageOptions(options: StorageOptions): ResolvedStorageOptions {
  return {
    lockWaitMs: options.lockWaitMs ?? 0,
    journalBytes: options.journalBytes ?? 64 * 1024 * 1024,
    retentionMs: options.retentionMs ?? Infinity,
    now: options.now ?? Date.now,
    observer: options.observer ?? unobservedStore,
    log: options.log ?? (() => {}),
  };
}
