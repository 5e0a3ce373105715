import type { StoredFix } from "./fix.ts";
import type { Ride } from "./ride.ts";

/** One thing that changed, for whoever watches. */
export type Change =
  /** A ride after a change of its state, or as it was created. */
  | { readonly kind: "ride"; readonly ride: Ride }
  /** A car's new latest fix. One that came late changes no latest, and is none. */
  | { readonly kind: "fix"; readonly fix: StoredFix };

/** What was stored at once, as far as it is to be watched. */
export interface Commit {
  /** 1, 2, 3, … in the life of a store, without gaps. */
  readonly sequence: number;
  /** In their order; at least one. */
  readonly changes: readonly Change[];
}
