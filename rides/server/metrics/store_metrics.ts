import type { StoreObserver } from "../../domain/observers.ts";
import { type Family, gauge } from "./family.ts";
import { DURATION_BOUNDS, Histogram } from "./histogram.ts";

const ROW_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** Counts what a store does. */
export class StoreMetrics implements StoreObserver {
  readonly #seconds = new Histogram(DURATION_BOUNDS);
  readonly #rows = new Histogram(ROW_BOUNDS);
  #queued = 0;

  readonly families: readonly Family[] = [
    this.#seconds.named("rides_store_commit_seconds", "How long the store's commits took."),
    this.#rows.named("rides_store_commit_rows", "How many rows each of the store's commits had."),
    gauge(
      "rides_store_queue_rows",
      "Rows that wait for a commit of the store.",
      () => this.#queued,
    ),
  ];

  onCommit(seconds: number, rows: number): void {
    this.#seconds.add(seconds);
    this.#rows.add(rows);
  }

  onQueue(rows: number): void {
    this.#queued = rows;
  }
}
