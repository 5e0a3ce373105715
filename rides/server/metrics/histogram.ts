import type { Family, HistogramPoint } from "./family.ts";

/** Bounds for what calls and commits take, in seconds: from 0.1 ms to 10 s. */
export const DURATION_BOUNDS: readonly number[] = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/** Counts values by the bucket that they fall into; adding one costs some comparisons. */
export class Histogram implements HistogramPoint {
  sum = 0;
  readonly counts: number[];

  constructor(readonly bounds: readonly number[]) {
    this.counts = Array(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    let bucket = 0;
    while (value > this.bounds[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += value;
  }

  /** A family with this histogram alone. */
  named(name: string, help: string): Family {
    return { type: "histogram", name, help, bounds: this.bounds, points: () => [this] };
  }
}
