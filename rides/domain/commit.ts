import type { Place, StoredFix } from "./fix.ts";
import type { Ride } from "./ride.ts";

/** One thing that changed, for whoever watches. */
export type Change =
  /** A ride after a change of its state, or as it was created. */
  | { readonly kind: "ride"; readonly ride: Ride }
  /** A car's new latest fix. One that came late changes no latest, and is none. */
  | { readonly kind: "fix"; readonly fix: StoredFix };

/**
 * A change as a store tells of it: with where the car was just before, by its latest fix; for a ride's
 * change, where its car was then. Undefined where there is no car, or none that was heard of.
 *
 * Whoever watches a part of the Earth knows by this whether a car has left it, and whether a ride is of
 * a car that is in it, with nothing remembered of any car: also long afterwards, from the journal.
 */
export type PlacedChange = Change & { readonly before: Place | undefined };

/** What was stored at once, as far as it is to be watched. */
export interface Commit {
  /** 1, 2, 3, … in the life of a store, without gaps. */
  readonly sequence: number;
  /** In their order; at least one. */
  readonly changes: readonly PlacedChange[];
}
