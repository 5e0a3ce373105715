import type { Commit } from "../domain/commit.ts";
import type { Fix, StoredFix } from "../domain/fix.ts";
import type { Person } from "../domain/person.ts";
import type { Ride, RideChange, ValidRideRequest } from "../domain/ride.ts";
import type { RideState } from "../domain/ride_state.ts";
import type { FixColumns } from "./fix_columns.ts";

/**
 * Keeps rides, positions and persons, through crashes. What a resolved promise here reports is on disk.
 *
 * Every method throws {@linkcode Unavailable} while the store cannot be used (see {@linkcode StorageStatus}),
 * and does not store what it was given.
 */
export interface Storage extends RideStore, PositionStore, PersonRegistry, AsyncDisposable {
  /** Identifies this store, and signs tokens: random, made with the store, and secret. */
  readonly id: string;

  /** Whether a thread of it works for somebody. */
  readonly isWorking: boolean;

  readonly status: StorageStatus;
  /** Called when it begins to fail, and when it serves again. */
  onStatus(listener: (status: StorageStatus) => void): void;

  /**
   * Called for every commit that can be watched, in order, before whoever caused it is answered. An error
   * that a listener throws is logged, and does not affect what is stored.
   */
  onCommit(listener: (commit: Commit) => void): void;
  /** The sequence of the last commit; 0 where there is none. */
  readonly lastSequence: number;
  /**
   * The commits after `after`, in order: some of them, and at least one if there are any.
   *
   * @throws {OutOfRange} if some of them are no longer kept
   */
  journal(after: number): Promise<readonly Commit[]>;

  /** The latest fix of every car, by its number, in pieces. */
  latestFixes(): AsyncIterable<readonly StoredFix[]>;

  /** Figures for operators. */
  stats(): Promise<StorageStats>;
}

/** Whether a store can be used. */
export type StorageStatus =
  | { readonly kind: "serving" }
  /** It cannot; it is tried again every second, and recovers by itself when the cause is gone. */
  | { readonly kind: "failing"; readonly reason: string };

export interface StorageStats {
  readonly rides: number;
  readonly cars: number;
  readonly positions: number;
  readonly persons: number;
  /** Of the file and its write-ahead log. */
  readonly bytes: number;
  readonly lastSequence: number;
  /** The first commit that {@linkcode Storage.journal} still has. */
  readonly oldestSequence: number;
}

/** Rides. */
export interface RideStore {
  /**
   * Creates a ride: REQUESTED, or ASSIGNED if it has a car.
   *
   * @param requestId of AIP-155; empty: none. A known one returns the ride that it created, as it is now
   * @throws {AlreadyExists} if the id is known, but belonged to a different request
   */
  createRide(ride: ValidRideRequest, requestId: string): Promise<Ride>;

  /**
   * Creates a ride that is ACTIVE, as `Rides.Start` does.
   *
   * @param startMs when it starts; default now. Positions from then on are the ride's
   * @throws {FailedPrecondition} naming the ride that is in the way, if the car is not free
   */
  startRide(ride: ValidRideRequest, startMs: number | undefined): Promise<Ride>;

  /** @throws {NotFound} if there is no such ride */
  getRide(id: string): Promise<Ride>;

  /**
   * Rides that match, the newest first, after `after` if given. At most `limit`, and fewer if they are so
   * large that they would not fit into a message.
   */
  listRides(filter: RideFilter, limit: number, after?: RidePlace): Promise<ListedRides>;

  /**
   * @param revision that the caller has seen; none: any
   * @throws {NotFound} if there is no such ride
   * @throws {Aborted} if its revision is another
   * @throws {FailedPrecondition} if its state does not allow the change, or its car is not free
   */
  changeRide(id: string, change: RideChange, revision?: number): Promise<Ride>;
}

/** Which rides: those that match every field that is set. */
export interface RideFilter {
  /** Empty: in any state. */
  readonly states: readonly RideState[];
  readonly carId?: bigint;
  readonly driverId?: string;
  /** Created at or after. */
  readonly createFromMs?: number;
  /** Created before. */
  readonly createToMs?: number;
}

/** Some rides of a list; at least one if there are any. */
export interface ListedRides {
  readonly rides: readonly Ride[];
  /** Whether more follow. */
  readonly more: boolean;
}

/** The place of a ride in the list of rides. */
export interface RidePlace {
  readonly createMs: number;
  readonly id: string;
}

/** Positions. */
export interface PositionStore {
  /**
   * Hands over a fix, to be stored with all that are handed over within 5 ms, or with up to 2,000. Cheap, and
   * never waits: see {@linkcode room}.
   *
   * A fix with a known car, time and location is stored already; if its location differs, the stored one is
   * flagged. Either way it counts as stored.
   */
  put(fix: Fix): Group;

  /** Undefined while fixes can be handed over; otherwise to be awaited until they can. */
  readonly room: Promise<void> | undefined;

  /** The fixes of a car in `[fromMs, toMs)`, by their time, at most `limit` of them. */
  listFixes(
    carId: bigint,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<FixColumns>;
}

/** Persons. */
export interface PersonRegistry {
  /**
   * The person of that name, registered if the name is new.
   *
   * @throws {ResourceExhausted} if the name is new and there is no room for another
   */
  findOrRegister(name: string): Promise<Person>;
}

/** Fixes that are stored together. */
export interface Group {
  /**
   * Resolves when they are on the disk.
   *
   * @throws {Unavailable} if they could not be stored: none of them is
   */
  readonly stored: Promise<void>;
}
