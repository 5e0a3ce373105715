import { InvalidArgument, type Violation } from "./failure.ts";
import { checkLocation, type Location } from "./location.ts";
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
  if (ride.driverId === "") violations.push({ field: "driver_id", reason: "empty" });
  checkPassengers(ride.passengerIds, violations);
  if (RIDE_TYPES[ride.type] === undefined) {
    violations.push({ field: "type", reason: `unknown value ${ride.type}` });
  }
  if (ride.location) checkLocation(ride.location, violations);
  if (ride.time) checkTime(ride.time, nowMs, violations);
  refuseIfAny(violations);
}

/** Where a car was, and when. */
export interface Position {
  /** The car; positive. */
  readonly carId: bigint;
  readonly time?: Timestamp | null;
  readonly location?: Location | null;
}

/**
 * @param describe adds to the message which position it is
 * @throws {InvalidArgument} with every field that is refused
 */
export function validatePosition(
  position: Position,
  nowMs: number,
  describe?: (message: string) => string,
): void {
  const violations: Violation[] = [];
  checkCarId(position.carId, violations);
  if (position.time) checkTime(position.time, nowMs, violations);
  else violations.push({ field: "time", reason: "missing" });
  if (position.location) checkLocation(position.location, violations);
  else violations.push({ field: "location", reason: "missing" });
  refuseIfAny(violations, describe);
}

function checkCarId(carId: bigint, violations: Violation[]): void {
  if (carId <= 0n) violations.push({ field: "car_id", reason: "must be positive" });
}

function checkPassengers(ids: readonly string[], violations: Violation[]): void {
  const seen = new Set<string>();
  ids.forEach((id, index) => {
    if (id === "") violations.push({ field: `passengers_ids[${index}]`, reason: "empty" });
    else if (seen.has(id)) {
      violations.push({ field: "passengers_ids", reason: `duplicate ${JSON.stringify(id)}` });
    }
    seen.add(id);
  });
}

function refuseIfAny(violations: Violation[], describe?: (message: string) => string): void {
  const [first, ...rest] = violations;
  if (first) throw new InvalidArgument([first, ...rest], describe);
}
