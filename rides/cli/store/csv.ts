/** Rides and positions as CSV (RFC 4180): times in RFC 3339, what is not known is empty. */
import { locationOf, type StoredFix, UNKNOWN } from "../../domain/fix.ts";
import { type Ride, rideName } from "../../domain/ride.ts";
import { formatTime, fromMilliseconds } from "../../domain/timestamp.ts";
import { flagNames } from "../show/flags.ts";

/** The columns of a position, by their names. */
export const POSITION_COLUMNS: Readonly<Record<string, (fix: StoredFix) => unknown>> = {
  car_id: ({ carId }) => carId,
  time: ({ timeMs }) => time(timeMs),
  lat: (fix) => locationOf(fix).lat,
  lng: (fix) => locationOf(fix).lng,
  speed_mps: ({ speedCmps }) => hundredths(speedCmps),
  heading_degrees: ({ headingCdeg }) => hundredths(headingCdeg),
  accuracy_meters: ({ accuracyCm }) => hundredths(accuracyCm),
  receive_time: ({ receivedMs }) => time(receivedMs),
  flags: ({ flags }) => flagNames(flags).join(" "),
};

/** The columns of a ride, by their names. */
export const RIDE_COLUMNS: Readonly<Record<string, (ride: Ride) => unknown>> = {
  name: ({ id }) => rideName(id),
  state: ({ state }) => state,
  car_id: ({ carId }) => carId === 0n ? "" : carId,
  driver_id: ({ driverId }) => driverId,
  passengers_ids: ({ passengersIds }) => JSON.stringify(passengersIds),
  type: ({ type }) => type,
  pickup_lat: ({ pickup }) => pickup?.lat,
  pickup_lng: ({ pickup }) => pickup?.lng,
  dropoff_lat: ({ dropoff }) => dropoff?.lat,
  dropoff_lng: ({ dropoff }) => dropoff?.lng,
  create_time: ({ createMs }) => time(createMs),
  start_time: ({ startMs }) => time(startMs),
  end_time: ({ endMs }) => time(endMs),
  distance_meters: ({ distanceMicrometers }) => distanceMicrometers / 1e6,
  position_count: ({ positionCount }) => positionCount,
};

/** A line of CSV, with its end. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

function cellText(cell: unknown): string {
  const text = String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatTime(fromMilliseconds(ms));
}

function hundredths(value: number): number | undefined {
  return value === UNKNOWN ? undefined : value / 100;
}
