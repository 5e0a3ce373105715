import type { Location } from "../../domain/location.ts";
import { type Ride, rideName, type RideRequest, type RideType } from "../../domain/ride.ts";
import { RIDE_STATES, type RideState } from "../../domain/ride_state.ts";
import {
  type Codec,
  codec,
  fromBigint,
  fromNumber,
  type Int64,
  toBigint,
  toNumber,
} from "../codec.ts";
import { fromMs, type TimestampMessage, toLocation, toMs } from "../values.ts";
import { idOf } from "./names.ts";

/** `rides.v1.Ride`. */
export interface RideMessage {
  readonly name: string;
  readonly state: number;
  readonly car_id: Int64;
  readonly driver_id: string;
  readonly passengers_ids: readonly string[];
  readonly type: number;
  readonly pickup: Location | null;
  readonly dropoff: Location | null;
  readonly create_time: TimestampMessage | null;
  readonly start_time: TimestampMessage | null;
  readonly end_time: TimestampMessage | null;
  readonly distance_meters: number;
  readonly position_count: Int64;
  readonly etag: string;
}

/** `rides.v1.RideType` by number; unspecified means REGULAR. */
const TYPES: readonly RideType[] = ["REGULAR", "REGULAR", "POOL"];

export function toRideMessage(ride: Ride): RideMessage {
  return {
    ...toRideRequestMessage(ride),
    name: rideName(ride.id),
    state: stateNumber(ride.state),
    create_time: fromMs(ride.createMs),
    start_time: fromMs(ride.startMs),
    end_time: fromMs(ride.endMs),
    distance_meters: ride.distanceMicrometers / 1e6,
    position_count: fromNumber(ride.positionCount),
    etag: toEtag(ride.revision),
  };
}

export function toRide(message: RideMessage): Ride {
  const request = toRideRequest(message);
  return {
    ...request,
    type: request.type ?? "REGULAR",
    id: idOf("rides", message.name) ?? message.name,
    state: stateOf(message.state) ?? "REQUESTED",
    createMs: toMs(message.create_time) ?? 0,
    startMs: toMs(message.start_time),
    endMs: toMs(message.end_time),
    distanceMicrometers: Math.round(message.distance_meters * 1e6),
    positionCount: toNumber(message.position_count),
    revision: toRevision(message.etag) ?? 0,
  };
}

export const rideCodec: Codec<Ride> = codec("rides.v1.Ride", toRideMessage, toRide);

/** The message of a ride to be created; the fields that the server sets are empty. */
export function toRideRequestMessage(ride: RideRequest): RideMessage {
  return {
    name: "",
    state: 0,
    car_id: fromBigint(ride.carId),
    driver_id: ride.driverId,
    passengers_ids: ride.passengersIds,
    type: ride.type === undefined ? 0 : TYPES.lastIndexOf(ride.type),
    pickup: ride.pickup ?? null,
    dropoff: ride.dropoff ?? null,
    create_time: null,
    start_time: null,
    end_time: null,
    distance_meters: 0,
    position_count: fromNumber(0),
    etag: "",
  };
}

export function toRideRequest(message: RideMessage): RideRequest {
  return {
    carId: toBigint(message.car_id),
    driverId: message.driver_id,
    passengersIds: [...message.passengers_ids],
    type: TYPES[message.type],
    pickup: message.pickup && toLocation(message.pickup),
    dropoff: message.dropoff && toLocation(message.dropoff),
  };
}

/** The number of a state in the contract. */
export function stateNumber(state: RideState): number {
  return RIDE_STATES.indexOf(state) + 1;
}

/** The state of a number in the contract; none where it names none. */
export function stateOf(number: number): RideState | undefined {
  return RIDE_STATES[number - 1];
}

/** Opaque to clients (AIP-154): they send it back as it came. */
export function toEtag(revision: number): string {
  return `"${revision}"`;
}

/** The revision of an etag; undefined for none; NaN, which equals no revision, for one that we never gave. */
export function toRevision(etag: string): number | undefined {
  if (etag === "") return undefined;
  return Number(/^"(\d{1,15})"$/.exec(etag)?.[1] ?? NaN);
}
