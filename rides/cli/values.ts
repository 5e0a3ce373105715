/** Parsers of domain values as people write them; the server decides which are valid. */
import { InvalidArgumentError } from "commander";
import type { Location } from "../domain/location.ts";
import { parseTime, type Timestamp } from "../domain/timestamp.ts";
import { parseInt64 } from "../wire/codec.ts";
import type { WatchScope } from "../wire/v1/watch.ts";
import { parseDecimal } from "./decimal.ts";
import { filled } from "./options.ts";

/** Reads a car: its number, of 64 bits, or its resource name. */
export function carId(text: string): bigint {
  const id = parseInt64(text.replace(/^cars\//, ""));
  if (id === undefined) {
    throw new InvalidArgumentError("Write a whole number of at most 64 bits.");
  }
  return id;
}

/** Reads a car where 0 stands for none in the contract, so that a server would not heed the option. */
export function someCarId(text: string): bigint {
  const id = carId(text);
  if (id === 0n) throw new InvalidArgumentError("No car has this number; write that of a car.");
  return id;
}

/** Reads the id of a driver, which may be any text but the empty one: that stands for none. */
export const driverId = filled("the id of the driver");

/** Reads a time. */
export function time(text: string): Timestamp {
  const parsed = parseTime(text);
  if (!parsed) throw new InvalidArgumentError("Write a time as in 2022-02-22T14:36:09Z.");
  return parsed;
}

/** Reads a place such as `51.46,-0.2`. */
export function place(text: string): Location {
  const [lat, lng, ...more] = numbers(text);
  if (lat === undefined || lng === undefined || more.length > 0) {
    throw new InvalidArgumentError("Write latitude,longitude in degrees, as in 51.46,-0.2.");
  }
  return { lat, lng };
}

/** Reads a box such as `51,-1,52,0`: its southern, western, northern and eastern edge. */
export function box(text: string): WatchScope {
  const [south, west, north, east, ...more] = numbers(text);
  if (
    south === undefined || west === undefined || north === undefined || east === undefined ||
    more.length > 0
  ) {
    throw new InvalidArgumentError("Write south,west,north,east in degrees, as in 51,-1,52,0.");
  }
  return {
    kind: "box",
    southWest: { lat: south, lng: west },
    northEast: { lat: north, lng: east },
  };
}

function numbers(text: string): (number | undefined)[] {
  return text.split(",").map(parseDecimal)
    .map((number) => Number.isNaN(number) ? undefined : number);
}

/** Reads a length such as `500m` or `2.5km` into meters. */
export function meters(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(m|km)$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("Write a length, as in 500m or 2.5km.");
  return Number(amount) * (unit === "km" ? 1_000 : 1);
}

/** Reads an etag. Its quotation marks (RFC 9110, 8.8.3), which shells remove, are added back. */
export function etag(text: string): string {
  return /^".*"$/.test(text) ? text : `"${text}"`;
}
