import type { FeedObserver } from "../../domain/observers.ts";
import { counter, type Family, gauge } from "./family.ts";

/** Counts what a live feed does. */
export class FeedMetrics implements FeedObserver {
  #watchers = 0;
  #conflated = 0;
  #cut = 0;

  readonly families: readonly Family[] = [
    gauge("rides_feed_watchers", "How many watch the live feed.", () => this.#watchers),
    counter(
      "rides_feed_conflated_total",
      "Events left out for watchers slower than they came, in favour of newer ones.",
      () => this.#conflated,
    ),
    counter(
      "rides_feed_cut_total",
      "Watchers that were cut off, since they did not read.",
      () => this.#cut,
    ),
  ];

  onWatchers(watchers: number): void {
    this.#watchers = watchers;
  }

  onConflated(events: number): void {
    this.#conflated += events;
  }

  onCut(): void {
    this.#cut++;
  }
}
