import type { EncodedChange, PlacedChange } from "../domain/commit.ts";
import type { StoredFix } from "../domain/fix.ts";
import type { Touched } from "./car_scope.ts";
import type { Told } from "./resume_token.ts";

/** What one watch is about: which changes it is told, and what it has been told already. */
export interface Subject {
  /** Equal for equal subjects, and for no others. */
  readonly key: string;
  readonly told: Told;
  /** How many cars it holds by their numbers. */
  readonly listedCars: number;
  /** Whether a change is to be told. Asked once for every change, in their order. */
  concerns(change: PlacedChange): boolean;
  /** False if none of what has changed can concern it; true if it has to be asked. */
  mayConcern(touched: Touched): boolean;
  /** Whether a late reader can do without a change that concerns it, since a newer one will follow. */
  isSuperseded(change: PlacedChange): boolean;
  /**
   * The cars that are still to be told as they are; undefined for one that was looked at and is not told. A
   * car that is taken from here counts as told.
   */
  snapshot(): Iterable<StoredFix | undefined>;
  /** One response. */
  message(events: readonly EncodedChange[], resumeToken: string): Uint8Array;
}
