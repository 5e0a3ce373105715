import type { Location } from "../domain/location.ts";
import type { Position } from "../domain/position.ts";
import { formatTime, parseTime, type Timestamp } from "../domain/timestamp.ts";
import { parseInt64 } from "../wire/codec.ts";
import { LINE_LENGTH } from "./lines.ts";

/** Which fields a line may have. */
export type Fields =
  /** What `Rides.Track` can carry: `car_id`, `time`, `lat`, `lng`. */
  | "track"
  /**
   * What a `rides.v1.Position` has: also `speed_mps`, `heading_degrees` and `accuracy_meters`, and
   * `location` instead of `lat` and `lng`. `receive_time` and `flags`, which the server sets, are not
   * heeded, so that what was read from one server can be given to another.
   */
  | "position";

const OPTIONAL = ["speed_mps", "heading_degrees", "accuracy_meters"] as const;

const NAMES: Readonly<Record<Fields, string>> = {
  track: "car_id, time, lat, lng",
  position: `car_id, time, lat, lng (or location), ${OPTIONAL.join(", ")}`,
};

/**
 * Reads a position such as `{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}`. A `car_id`
 * beyond 2^53 is written as a string.
 *
 * @throws {Error} saying what is wrong with the line
 */
export function parsePositionLine(line: string, fields: Fields): Position {
  if (line.length > LINE_LENGTH) throw new RangeError(`longer than ${LINE_LENGTH} characters`);
  const value: unknown = JSON.parse(line);
  if (!isObject(value)) throw new TypeError("not a JSON object");
  const { car_id, time, ...others } = value;
  const position = fields === "track" ? plain(others) : full(others);
  refuseMissing({ car_id, time });
  return { carId: integer("car_id", car_id), time: timestamp("time", time), ...position };
}

/** The line that {@linkcode parsePositionLine} reads as the position. */
export function formatPositionLine(position: Position): string {
  const { carId, time, location, speedMps, headingDegrees, accuracyMeters } = position;
  return JSON.stringify({
    car_id: String(carId),
    time: time ? formatTime(time) : undefined,
    ...location,
    speed_mps: speedMps ?? undefined,
    heading_degrees: headingDegrees ?? undefined,
    accuracy_meters: accuracyMeters ?? undefined,
  });
}

function plain({ lat, lng, ...others }: Record<string, unknown>): Pick<Position, "location"> {
  refuseUnknown(others, "track");
  return { location: location(lat, lng, "") };
}

function full(
  {
    location: place,
    speed_mps,
    heading_degrees,
    accuracy_meters,
    receive_time: _,
    flags: __,
    ...others
  }: Record<string, unknown>,
): Omit<Position, "carId" | "time"> {
  const { lat, lng, ...unknown } = others;
  refuseUnknown(unknown, "position");
  if (place !== undefined && !isObject(place)) throw new TypeError("location: not a JSON object");
  return {
    location: place ? location(place.lat, place.lng, "location.") : location(lat, lng, ""),
    speedMps: optional("speed_mps", speed_mps),
    headingDegrees: optional("heading_degrees", heading_degrees),
    accuracyMeters: optional("accuracy_meters", accuracy_meters),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuseUnknown(others: Record<string, unknown>, fields: Fields): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new TypeError(
      `unknown field ${JSON.stringify(unknown)}; the fields are ${NAMES[fields]}`,
    );
  }
}

function refuseMissing(fields: Record<string, unknown>): void {
  for (const [field, given] of Object.entries(fields)) {
    if (given === undefined) throw new TypeError(`${field}: missing`);
  }
}

function location(lat: unknown, lng: unknown, path: string): Location {
  refuseMissing({ [`${path}lat`]: lat, [`${path}lng`]: lng });
  return { lat: number(`${path}lat`, lat), lng: number(`${path}lng`, lng) };
}

function integer(field: string, value: unknown): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const parsed = typeof value === "string" ? parseInt64(value) : undefined;
  if (parsed !== undefined) return parsed;
  if (Number.isInteger(value)) {
    throw new TypeError(
      `${field}: a number beyond 2^53 is not exact in JSON; write it as a string`,
    );
  }
  throw new TypeError(`${field}: ${JSON.stringify(value)} is not an integer of 64 bits`);
}

function optional(field: string, value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : number(field, value);
}

function number(field: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`${field}: ${JSON.stringify(value)} is not a number`);
}

function timestamp(field: string, value: unknown): Timestamp {
  const time = typeof value === "string" ? parseTime(value) : undefined;
  if (time) return time;
  throw new TypeError(
    `${field}: ${JSON.stringify(value)} is not a time as in 2022-02-22T14:36:09Z`,
  );
}
