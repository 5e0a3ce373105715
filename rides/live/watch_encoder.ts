import type { Change, EncodedChange } from "../domain/commit.ts";

/** Makes messages of the contract, of which the feed knows nothing but these three. */
export interface WatchEncoder {
  /** A ride or a position. */
  change(change: Change): EncodedChange;
  /** A response of WatchCars. */
  cars(events: readonly EncodedChange[], resumeToken: string, complete: boolean): Uint8Array;
  /** A response of WatchRide. */
  ride(events: readonly EncodedChange[], resumeToken: string): Uint8Array;
}
