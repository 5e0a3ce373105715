import type { MethodDefinition } from "@grpc/grpc-js";
import type { Location } from "../domain/location.ts";
import type { Position, RideStart } from "../domain/ride.ts";
import type { Timestamp } from "../domain/timestamp.ts";
import { asIs, type Codec, method, serviceNamed } from "./definition.ts";

/** 64-bit integers as decimal strings: a number would lose the upper bits. */
interface TimestampWire {
  seconds: string;
  nanos: number;
}

interface PositionWire {
  car_id: string;
  time: TimestampWire | null;
  location: Location | null;
}

interface RideStartWire extends PositionWire {
  driver_id: string;
  passengers_ids: string[];
  type: number;
}

const timestamp = {
  toWire: (time: Timestamp | null | undefined): TimestampWire | null =>
    time ? { seconds: String(time.seconds), nanos: time.nanos } : null,
  fromWire: (wire: TimestampWire | null): Timestamp | null =>
    wire && { seconds: Number(wire.seconds), nanos: wire.nanos },
};

const position: Codec<Position, PositionWire> = {
  toWire: ({ carId, time, location }) => ({
    car_id: String(carId),
    time: timestamp.toWire(time),
    location: location ?? null,
  }),
  fromWire: ({ car_id, time, location }) => ({
    carId: BigInt(car_id),
    time: timestamp.fromWire(time),
    location,
  }),
};

const rideStart: Codec<RideStart, RideStartWire> = {
  toWire: (ride) => ({
    ...position.toWire(ride),
    driver_id: ride.driverId,
    passengers_ids: [...ride.passengerIds],
    type: ride.type,
  }),
  fromWire: (wire) => ({
    ...position.fromWire(wire),
    driverId: wire.driver_id,
    passengerIds: wire.passengers_ids,
    type: wire.type,
  }),
};

/** A count is exact up to 2^53, at a million positions a second 285 years. */
const count: Codec<{ count: number }, { count: string }> = {
  toWire: ({ count }) => ({ count: String(count) }),
  fromWire: ({ count }) => ({ count: Number(count) }),
};

const service = serviceNamed("Rides");

/** The service `Rides` of `proto/rides.proto`, in terms of the domain. */
export const ridesDefinition: {
  readonly Start: MethodDefinition<RideStart, { id: string }>;
  readonly Track: MethodDefinition<Position, { count: number }>;
} = {
  Start: method(service, "Start", rideStart, asIs<{ id: string }>()),
  Track: method(service, "Track", position, count),
};
