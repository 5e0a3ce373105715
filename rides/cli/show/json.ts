/**
 * Values as JSON for programs: with the field names of the contract, without the fields that are not set.
 * Times are RFC 3339; a 64-bit integer is a number if that is exact, else a string.
 */
import { locationOf, type StoredFix, UNKNOWN } from "../../domain/fix.ts";
import { type Ride, rideName } from "../../domain/ride.ts";
import { formatTime, fromMilliseconds } from "../../domain/timestamp.ts";
import { carName } from "../../wire/v1/names.ts";
import { toEtag } from "../../wire/v1/ride.ts";
import { flagNames } from "./flags.ts";

/** A `rides.v1.Ride`. */
export function rideJson(ride: Ride): object {
  return {
    name: rideName(ride.id),
    state: ride.state,
    car_id: ride.carId === 0n ? undefined : idJson(ride.carId),
    driver_id: ride.driverId || undefined,
    passengers_ids: ride.passengersIds,
    type: ride.type,
    pickup: ride.pickup ?? undefined,
    dropoff: ride.dropoff ?? undefined,
    create_time: timeJson(ride.createMs),
    start_time: timeJson(ride.startMs),
    end_time: timeJson(ride.endMs),
    distance_meters: ride.distanceMicrometers / 1e6,
    position_count: ride.positionCount,
    etag: toEtag(ride.revision),
  };
}

/** A `rides.v1.Position`. */
export function positionJson(fix: StoredFix): object {
  return {
    car_id: idJson(fix.carId),
    time: timeJson(fix.timeMs),
    location: locationOf(fix),
    speed_mps: hundredthsJson(fix.speedCmps),
    heading_degrees: hundredthsJson(fix.headingCdeg),
    accuracy_meters: hundredthsJson(fix.accuracyCm),
    receive_time: timeJson(fix.receivedMs),
    flags: fix.flags === 0 ? undefined : flagNames(fix.flags),
  };
}

/** A `rides.v1.Car`. */
export function carJson(fix: StoredFix): object {
  return { name: carName(fix.carId), latest_position: positionJson(fix) };
}

function idJson(id: bigint): number | string {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : String(id);
}

/** A time, if there is one. */
export function timeJson(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatTime(fromMilliseconds(ms));
}

/** A number of a fix that is kept in hundredths, if it is known. */
export function hundredthsJson(value: number): number | undefined {
  return value === UNKNOWN ? undefined : value / 100;
}
