import type { Place, StoredFix } from "./fix.ts";
import type { Ride } from "./ride.ts";

/** One thing that changed, for whoever watches. */
export type Change =
  /** A ride after a change of its state, or as it was created. */
  | { readonly kind: "ride"; readonly ride: Ride }
  /** A car's new latest fix. One that came late changes no latest, and is none. */
  | { readonly kind: "fix"; readonly fix: StoredFix };

/** A change as the message that it is on the wire. */
export interface EncodedChange {
  readonly kind: Change["kind"];
  readonly bytes: Uint8Array;
}

/**
 * A change as a store tells of it, with what watchers of some cars and of a part of the Earth have to
 * know, and could not find out afterwards, from the journal.
 */
export type PlacedChange = Change & {
  /** The car: of the fix, or of the ride; of a ride that was given back the one that had it; 0: none. */
  readonly carId: bigint;
  /** Where that car was just before, by its latest fix; undefined where none was known. */
  readonly before: Place | undefined;
};

/** What was stored at once, as far as it is to be watched. */
export interface Commit {
  /** 1, 2, 3, … in the life of a store, without gaps. */
  readonly sequence: number;
  /** In their order; at least one. */
  readonly changes: readonly PlacedChange[];
}
