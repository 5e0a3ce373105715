/** Rides and positions as CSV (RFC 4180): times in RFC 3339, unknown values empty. */
import { locationOf, type StoredFix } from "../../domain/fix.ts";
import { type Ride, rideName } from "../../domain/ride.ts";
import { flagNames } from "../show/flags.ts";
import { hundredthsJson, timeJson } from "../show/json.ts";

/** The columns of a position, by their names. */
export const POSITION_COLUMNS: Readonly<Record<string, (fix: StoredFix) => unknown>> = {
  car_id: ({ carId }) => carId,
  time: ({ timeMs }) => timeJson(timeMs),
  lat: (fix) => locationOf(fix).lat,
  lng: (fix) => locationOf(fix).lng,
  speed_mps: ({ speedCmps }) => hundredthsJson(speedCmps),
  heading_degrees: ({ headingCdeg }) => hundredthsJson(headingCdeg),
  accuracy_meters: ({ accuracyCm }) => hundredthsJson(accuracyCm),
  receive_time: ({ receivedMs }) => timeJson(receivedMs),
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
  create_time: ({ createMs }) => timeJson(createMs),
  start_time: ({ startMs }) => timeJson(startMs),
  end_time: ({ endMs }) => timeJson(endMs),
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
