import { FIX_FLAGS, locationOf, type StoredFix, toFix, UNKNOWN } from "../../domain/fix.ts";
import type { Location } from "../../domain/location.ts";
import type { Position } from "../../domain/position.ts";
import { fromMilliseconds } from "../../domain/timestamp.ts";
import { fromBigint, type Int64, toBigint } from "../codec.ts";
import {
  type TimestampMessage,
  toLocation,
  toMs,
  toTimestamp,
  toTimestampMessage,
} from "../values.ts";

/** `rides.v1.Position`. An optional field is an own property only if it is present. */
export interface PositionMessage {
  readonly car_id: Int64;
  readonly time: TimestampMessage | null;
  readonly location: Location | null;
  readonly speed_mps?: number | null;
  readonly heading_degrees?: number | null;
  readonly accuracy_meters?: number | null;
  readonly receive_time?: TimestampMessage | null;
  readonly flags?: readonly number[];
}

/** `rides.v1.PositionFlag`, by the bit that says the same. */
export const FLAGS: readonly (readonly [bit: number, flag: number])[] = [
  [FIX_FLAGS.conflict, 1],
  [FIX_FLAGS.tooFast, 2],
  [FIX_FLAGS.nullIsland, 3],
];

export function toPositionMessage(position: Position): PositionMessage {
  const { carId, time, location, speedMps, headingDegrees, accuracyMeters } = position;
  return {
    car_id: fromBigint(carId),
    time: time ? toTimestampMessage(time) : null,
    location: location ?? null,
    speed_mps: speedMps,
    heading_degrees: headingDegrees,
    accuracy_meters: accuracyMeters,
  };
}

export function toPosition(message: PositionMessage): Position {
  const { car_id, time, location } = message;
  return {
    carId: toBigint(car_id),
    time: time && toTimestamp(time),
    location: location && toLocation(location),
    speedMps: optional(message, "speed_mps"),
    headingDegrees: optional(message, "heading_degrees"),
    accuracyMeters: optional(message, "accuracy_meters"),
  };
}

export function toStoredPositionMessage(fix: StoredFix): PositionMessage {
  const { carId, timeMs, speedCmps, headingCdeg, accuracyCm, receivedMs, flags } = fix;
  return {
    car_id: fromBigint(carId),
    time: toTimestampMessage(fromMilliseconds(timeMs)),
    location: locationOf(fix),
    speed_mps: fromHundredths(speedCmps),
    heading_degrees: fromHundredths(headingCdeg),
    accuracy_meters: fromHundredths(accuracyCm),
    receive_time: toTimestampMessage(fromMilliseconds(receivedMs)),
    flags: flags === 0 ? NO_FLAGS : FLAGS.filter(([bit]) => flags & bit).map(([, flag]) => flag),
  };
}

export function toStoredFix(message: PositionMessage): StoredFix {
  const { receive_time = null, flags = [] } = message;
  return {
    ...toFix(toPosition(message)),
    receivedMs: toMs(receive_time) ?? 0,
    flags: FLAGS.reduce((bits, [bit, flag]) => flags.includes(flag) ? bits | bit : bits, 0),
  };
}

const NO_FLAGS: readonly number[] = [];

function fromHundredths(value: number): number | null {
  return value === UNKNOWN ? null : value / 100;
}

/** protobufjs gives absent fields the default of their type, on the prototype. */
function optional(
  message: PositionMessage,
  field: "speed_mps" | "heading_degrees" | "accuracy_meters",
): number | null {
  return Object.hasOwn(message, field) ? message[field] ?? null : null;
}
