import type { Place, StoredFix } from "./fix.ts";
import type { Ride } from "./ride.ts";

/** One thing that changed, for watchers. */
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
 * A change as a store reports it, with what watchers of some cars or of a box need to know and could not find
 * out later from the journal.
 */
export type PlacedChange = Change & {
  /** The car of the fix or of the ride; for a ride that was given back, the car that had it; 0: none. */
  readonly carId: bigint;
  /** Where that car was just before, by its latest fix; undefined where none was known. */
  readonly before: Place | undefined;
};

/** The changes that one transaction stored, as far as they can be watched. */
export interface Commit {
  /** 1, 2, 3, … in the life of a store, without gaps. */
  readonly sequence: number;
  /** In their order; at least one. */
  readonly changes: readonly PlacedChange[];
  /** The last fix of each car in it; cheaper to decode than all changes. */
  readonly latest: readonly StoredFix[];
}
