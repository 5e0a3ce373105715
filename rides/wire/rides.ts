import type { MethodDefinition } from "@grpc/grpc-js";
import type { Location } from "../domain/location.ts";
import type { Position } from "../domain/position.ts";
import type { RideStart } from "../domain/ride_start.ts";
import {
  codec,
  fromBigint,
  fromNumber,
  type Int64,
  plainCodec,
  toBigint,
  toNumber,
} from "./codec.ts";
import { method } from "./definition.ts";
import { type TimestampMessage, toLocation, toTimestamp, toTimestampMessage } from "./values.ts";

interface PositionMessage {
  car_id: Int64;
  time: TimestampMessage | null;
  location: Location | null;
}

interface RideStartMessage extends PositionMessage {
  driver_id: string;
  passengers_ids: readonly string[];
  type: number;
}

function toPositionMessage({ carId, time, location }: Position): PositionMessage {
  return {
    car_id: fromBigint(carId),
    time: time ? toTimestampMessage(time) : null,
    location: location ?? null,
  };
}

function toPosition({ car_id, time, location }: PositionMessage): Position {
  return {
    carId: toBigint(car_id),
    time: time && toTimestamp(time),
    location: location && toLocation(location),
  };
}

const position = codec<Position, PositionMessage>("TrackRequest", toPositionMessage, toPosition);

const rideStart = codec<RideStart, RideStartMessage>(
  "StartRequest",
  (ride) => ({
    ...toPositionMessage(ride),
    driver_id: ride.driverId,
    passengers_ids: ride.passengerIds,
    type: ride.type,
  }),
  (message) => ({
    ...toPosition(message),
    driverId: message.driver_id,
    passengerIds: message.passengers_ids,
    type: message.type,
  }),
);

const rideId = plainCodec<{ id: string }>("StartResponse", ({ id }) => ({ id }));

/** A count is exact up to 2^53, at a million positions a second 285 years. */
const count = codec<{ count: number }, { count: Int64 }>(
  "TrackResponse",
  ({ count }) => ({ count: fromNumber(count) }),
  ({ count }) => ({ count: toNumber(count) }),
);

const service = "Rides";

/** The service `Rides` of `proto/rides.proto`, in terms of the domain. */
export const ridesDefinition: {
  readonly Start: MethodDefinition<RideStart, { id: string }>;
  readonly Track: MethodDefinition<Position, { count: number }>;
} = {
  Start: method(service, "Start", rideStart, rideId),
  Track: method(service, "Track", position, count),
};
