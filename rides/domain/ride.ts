import { FailedPrecondition, refuseIfAny, type Violation } from "./failure.ts";
import { checkLocation, type Location } from "./location.ts";
import { checkCarId } from "./position.ts";
import { checkDriverId, checkPassengers, type RIDE_TYPES } from "./ride_start.ts";
import { nextState, type RideAction, type RideState } from "./ride_state.ts";

/** How the seats of a ride are used: by one party, or by several with a ride each. */
export type RideType = typeof RIDE_TYPES[number];

/** What is asked for when a ride is created. */
export interface RideRequest {
  /** The car, if known already, together with the driver; 0 otherwise. */
  readonly carId: bigint;
  /** The driver, if known already; empty otherwise. */
  readonly driverId: string;
  /** None empty, none twice. */
  readonly passengersIds: readonly string[];
  /** None where the client sent a number that names no type. */
  readonly type: RideType | undefined;
  readonly pickup?: Location | null;
  readonly dropoff?: Location | null;
}

/** A request that {@linkcode validateRideRequest} has let through. */
export interface ValidRideRequest extends RideRequest {
  readonly type: RideType;
}

/** A ride, as it is kept. Times are in milliseconds since 1970. */
export interface Ride extends ValidRideRequest {
  /** A UUIDv7 (RFC 9562). */
  readonly id: string;
  readonly state: RideState;
  readonly createMs: number;
  /** When it became ACTIVE. */
  readonly startMs?: number;
  /** When it was completed or canceled. */
  readonly endMs?: number;
  /** How far its car drove between start and end, in micrometers. */
  readonly distanceMicrometers: number;
  /** How many positions of its car there are between start and end. */
  readonly positionCount: number;
  /** Counts the changes, from 1; positions do not count. The etag of the contract. */
  readonly revision: number;
}

/** The resource name of a ride (AIP-122). */
export function rideName(id: string): string {
  return `rides/${id}`;
}

/** @throws {InvalidArgument} with every field that is refused, below `ride` */
export function validateRideRequest(ride: RideRequest): asserts ride is ValidRideRequest {
  const violations: Violation[] = [];
  const { carId, driverId, pickup, dropoff } = ride;
  if (carId !== 0n || driverId !== "") {
    checkCarId(carId, violations);
    checkDriverId(driverId, violations);
  }
  checkPassengers(ride.passengersIds, violations);
  if (ride.type === undefined) violations.push({ field: "type", reason: "unknown value" });
  if (pickup) checkLocation(pickup, violations, "pickup");
  if (dropoff) checkLocation(dropoff, violations, "dropoff");
  refuseIfAny(violations.map(({ field, reason }) => ({ field: `ride.${field}`, reason })));
}

/** What is done to a ride, with its arguments. */
export type RideChange =
  | { readonly action: "assign"; readonly carId: bigint; readonly driverId: string }
  | { readonly action: Exclude<RideAction, "assign"> };

/**
 * The ride after a change. The caller has to check that the car is free (see {@linkcode refuseSecondRide}).
 *
 * @throws {FailedPrecondition} if its state does not allow the change
 */
export function changed(ride: Ride, change: RideChange, nowMs: number): Ride {
  const state = nextState(rideName(ride.id), ride.state, change.action);
  const after = { ...ride, state, revision: ride.revision + 1 };
  switch (change.action) {
    case "assign":
      return { ...after, carId: change.carId, driverId: change.driverId };
    case "unassign":
      return { ...after, carId: 0n, driverId: "" };
    case "begin":
      return { ...after, startMs: nowMs };
    case "complete":
      // If the clock was set back, the ride must still not end before its start.
      return { ...after, endMs: Math.max(nowMs, ride.startMs ?? nowMs) };
    case "cancel":
      return { ...after, endMs: nowMs };
    case "arrive":
      return after;
  }
}

/** @throws {InvalidArgument} if a car comes without a driver, or the other way round */
export function assignment(carId: bigint, driverId: string): RideChange {
  if (carId === 0n && driverId === "") return { action: "unassign" };
  const violations: Violation[] = [];
  checkCarId(carId, violations);
  checkDriverId(driverId, violations);
  refuseIfAny(violations);
  return { action: "assign", carId, driverId };
}

/**
 * A car has one ACTIVE ride, or several that are all POOL.
 *
 * @param others the car's ACTIVE rides
 * @throws {FailedPrecondition} naming the ride that is in the way
 */
export function refuseSecondRide(
  ride: Pick<Ride, "carId" | "type">,
  others: readonly Pick<Ride, "id" | "type">[],
): void {
  const inTheWay = others.find(({ type }) => type !== "POOL" || ride.type !== "POOL");
  if (inTheWay) {
    throw new FailedPrecondition(
      `Cannot begin a ride of car ${ride.carId}: its ride ${rideName(inTheWay.id)} is ACTIVE; ` +
        `complete it first${inTheWay.type === ride.type ? "" : ", or let both be POOL"}`,
    );
  }
}
