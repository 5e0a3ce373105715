import { refuseIfAny, type Violation } from "./failure.ts";
import { checkLocation, type Location } from "./location.ts";
import { checkCarId } from "./position.ts";
import { checkTime, type Timestamp } from "./timestamp.ts";

/** How the seats of a ride are used, by its number in the contract. */
export const RIDE_TYPES = ["REGULAR", "POOL"] as const;

/** What is known of a ride when it starts. */
export interface RideStart {
  /** The car; positive. */
  readonly carId: bigint;
  /** The driver; not empty. */
  readonly driverId: string;
  /** The passengers; none empty, none twice. */
  readonly passengerIds: readonly string[];
  /** An index of {@linkcode RIDE_TYPES}; a number, since a client may send one that is not known. */
  readonly type: number;
  readonly location?: Location | null;
  readonly time?: Timestamp | null;
}

/** @throws {InvalidArgument} with every field that is refused */
export function validateRideStart(ride: RideStart, nowMs: number): void {
  const violations: Violation[] = [];
  checkCarId(ride.carId, violations);
  checkDriverId(ride.driverId, violations);
  checkPassengers(ride.passengerIds, violations);
  if (RIDE_TYPES[ride.type] === undefined) {
    violations.push({ field: "type", reason: `unknown value ${ride.type}` });
  }
  if (ride.location) checkLocation(ride.location, violations);
  if (ride.time) checkTime(ride.time, nowMs, violations);
  refuseIfAny(violations);
}

/** The longest id of a driver or passenger, in UTF-16 code units; it is kept for as long as the ride. */
const ID_LENGTH = 256;

/** How many passengers a ride can have: the largest buses carry some three hundred. */
const MAX_PASSENGERS = 500;

/** Adds what is wrong with the id of a driver to `violations`. */
export function checkDriverId(driverId: string, violations: Violation[]): void {
  checkId("driver_id", driverId, violations);
}

/** Adds what is wrong with the passengers to `violations`. */
export function checkPassengers(ids: readonly string[], violations: Violation[]): void {
  if (ids.length > MAX_PASSENGERS) {
    const reason = `${ids.length} passengers are more than ${MAX_PASSENGERS}`;
    violations.push({ field: "passengers_ids", reason });
    return;
  }
  const seen = new Set<string>();
  ids.forEach((id, index) => {
    checkId(`passengers_ids[${index}]`, id, violations);
    if (id !== "" && seen.has(id)) {
      violations.push({ field: "passengers_ids", reason: `duplicate ${JSON.stringify(id)}` });
    }
    seen.add(id);
  });
}

function checkId(field: string, id: string, violations: Violation[]): void {
  if (id === "") violations.push({ field, reason: "empty" });
  else if (id.length > ID_LENGTH) {
    violations.push({ field, reason: `${id.length} characters are more than ${ID_LENGTH}` });
  }
}
