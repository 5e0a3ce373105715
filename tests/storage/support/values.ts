import { type Fix, UNKNOWN } from "../../../rides/domain/fix.ts";
import type { ValidRideRequest } from "../../../rides/domain/ride.ts";

/** When the drives of the tests begin. */
export const NOON_MS = Date.UTC(2026, 0, 1, 12);

/** About 11 m to the north, in 1e-7 degrees. */
export const STEP_E7 = 1_000;

/** The fix of a car `seconds` after noon, so many steps north of where it began. */
export function fixAt(seconds: number, steps: number = seconds, fix: Partial<Fix> = {}): Fix {
  return {
    carId: 7n,
    timeMs: NOON_MS + seconds * 1_000,
    latE7: 514_600_000 + steps * STEP_E7,
    lngE7: -2_000_000,
    speedCmps: UNKNOWN,
    headingCdeg: UNKNOWN,
    accuracyCm: UNKNOWN,
    ...fix,
  };
}

/** A ride of car 7. */
export function rideOf(
  ride: Partial<ValidRideRequest> = {},
): ValidRideRequest {
  return {
    carId: 7n,
    driverId: "John Doe",
    passengersIds: ["M", "Q"],
    type: "REGULAR",
    ...ride,
  };
}
