import { refuseIfAny, type Violation } from "./failure.ts";
import { checkLocation, type Location } from "./location.ts";
import { checkTime, type Timestamp } from "./timestamp.ts";

/** Where a car was, and when, as reported: one fix of its receiver. */
export interface Position {
  /** The car; positive. */
  readonly carId: bigint;
  readonly time?: Timestamp | null;
  readonly location?: Location | null;
  /** Meters a second, from 0 to {@linkcode MAX_SPEED_MPS}; none if unknown. */
  readonly speedMps?: number | null;
  /** Degrees clockwise from north, from 0 to below 360; none if unknown. */
  readonly headingDegrees?: number | null;
  /** Meters around the location, from 0 to {@linkcode MAX_ACCURACY_METERS}; none if unknown. */
  readonly accuracyMeters?: number | null;
}

/** The largest speed that can be reported, about twice that of sound. */
export const MAX_SPEED_MPS = 655;

/** The largest radius of confidence that can be reported. */
export const MAX_ACCURACY_METERS = 100_000;

/**
 * @param describe adds to the message which position it is about
 * @throws {InvalidArgument} with every field that is refused
 */
export function validatePosition(
  position: Position,
  nowMs: number,
  describe?: (message: string) => string,
): void {
  const violations: Violation[] = [];
  checkPosition(position, nowMs, violations);
  refuseIfAny(violations, describe);
}

/** Adds what is wrong with `position` to `violations`. */
export function checkPosition(
  position: Position,
  nowMs: number,
  violations: Violation[],
): void {
  const { time, location, speedMps, headingDegrees, accuracyMeters } = position;
  checkCarId(position.carId, violations);
  if (time) checkTime(time, nowMs, violations);
  else violations.push({ field: "time", reason: "missing" });
  if (location) checkLocation(location, violations);
  else violations.push({ field: "location", reason: "missing" });
  checkNumber("speed_mps", speedMps, MAX_SPEED_MPS, violations);
  checkNumber("accuracy_meters", accuracyMeters, MAX_ACCURACY_METERS, violations);
  if (headingDegrees !== undefined && headingDegrees !== null) {
    if (!(headingDegrees >= 0 && headingDegrees < 360)) {
      const reason = `${headingDegrees} is out of range [0, 360)`;
      violations.push({ field: "heading_degrees", reason });
    }
  }
}

/** Adds to `violations` that a car's number is not positive. */
export function checkCarId(carId: bigint, violations: Violation[], field = "car_id"): void {
  if (carId <= 0n) violations.push({ field, reason: "must be positive" });
}

function checkNumber(
  field: string,
  value: number | null | undefined,
  most: number,
  violations: Violation[],
): void {
  // Written so that NaN, for which every comparison is false, is refused.
  if (value !== undefined && value !== null && !(value >= 0 && value <= most)) {
    violations.push({ field, reason: `${value} is out of range [0, ${most}]` });
  }
}
