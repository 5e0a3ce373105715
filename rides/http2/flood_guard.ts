import { LimitError } from "./errors.ts";
import type { LimitName, Limits } from "./limits.ts";

export type FloodLimit = Extract<LimitName, `max${string}PerInterval`>;

/** What each limit is about, as its peer is told. */
const COUNTED: Readonly<Record<FloodLimit, string>> = {
  maxResetsPerInterval: "streams that failed",
  maxPingsPerInterval: "PING frames",
  maxSettingsPerInterval: "SETTINGS frames",
  maxEmptyFramesPerInterval: "frames that carry nothing",
};

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
      const { floodIntervalMs } = this.limits;
      const reason = `More than ${allowed} ${COUNTED[limit]} in ${floodIntervalMs} ms`;
      throw new LimitError(limit, reason);
    }
  }
}
