import { LimitError } from "./errors.ts";
import type { LimitName, Limits } from "./limits.ts";

export type FloodLimit = Extract<LimitName, `max${string}PerInterval`>;

/** Counts the cheap things that a peer can make expensive by their number. */
export class FloodGuard {
  private intervalEndsAt = 0;
  private readonly counts: Record<FloodLimit, number> = {
    maxResetsPerInterval: 0,
    maxPingsPerInterval: 0,
    maxSettingsPerInterval: 0,
    maxEmptyFramesPerInterval: 0,
  };

  constructor(private readonly limits: Limits) {}

  /** Throws LimitError when this one is too many. */
  count(limit: FloodLimit): void {
    const now = performance.now();
    if (now >= this.intervalEndsAt) {
      this.intervalEndsAt = now + this.limits.floodIntervalMs;
      for (const name in this.counts) this.counts[name as FloodLimit] = 0;
    }
    const allowed = this.limits[limit];
    if (++this.counts[limit] > allowed && allowed > 0) {
      throw new LimitError(limit, `More than ${allowed} in ${this.limits.floodIntervalMs} ms`);
    }
  }
}
