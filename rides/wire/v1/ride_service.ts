import type { MethodDefinition } from "@grpc/grpc-js";
import type { Ride, RideRequest } from "../../domain/ride.ts";
import type { Timestamp } from "../../domain/timestamp.ts";
import { type Codec, codec, fromBigint, type Int64, plainCodec, toBigint } from "../codec.ts";
import { method } from "../definition.ts";
import { type TimestampMessage, toTimestamp, toTimestampMessage } from "../values.ts";
import {
  rideCodec,
  type RideMessage,
  toRide,
  toRideMessage,
  toRideRequest,
  toRideRequestMessage,
} from "./ride.ts";
import {
  type WatchRide,
  watchRideCodec,
  type WatchRideEvents,
  watchRideEventsCodec,
} from "./watch.ts";

/** Which ride, by its resource name. */
export interface RideNamed {
  readonly name: string;
}

/** Which ride is changed, and the etag that the caller has seen; empty: any. */
export interface RideChanged extends RideNamed {
  readonly etag: string;
}

export interface CreateRide {
  readonly ride: RideRequest | null;
  readonly requestId: string;
}

export interface AssignRide extends RideChanged {
  /** 0 and an empty driver give the ride back. */
  readonly carId: bigint;
  readonly driverId: string;
}

export interface ListRides {
  readonly pageSize: number;
  readonly pageToken: string;
  /** Numbers of `rides.v1.RideState`, since a client may send one that is not known. */
  readonly states: readonly number[];
  readonly carId: bigint;
  readonly driverId: string;
  readonly createFrom: Timestamp | null;
  readonly createTo: Timestamp | null;
}

export interface RidePage {
  readonly rides: readonly Ride[];
  readonly nextPageToken: string;
}

interface CreateRideMessage {
  ride: RideMessage | null;
  request_id: string;
}

interface AssignRideMessage {
  name: string;
  etag: string;
  car_id: Int64;
  driver_id: string;
}

interface RideFilterMessage {
  states: readonly number[];
  car_id: Int64;
  driver_id: string;
  create_time_from: TimestampMessage | null;
  create_time_to: TimestampMessage | null;
}

interface ListRidesMessage {
  page_size: number;
  page_token: string;
  filter: RideFilterMessage | null;
}

const named = plainCodec<RideNamed>("rides.v1.GetRideRequest", ({ name }) => ({ name }));

const create = codec<CreateRide, CreateRideMessage>(
  "rides.v1.CreateRideRequest",
  ({ ride, requestId }) => ({ ride: ride && toRideRequestMessage(ride), request_id: requestId }),
  ({ ride, request_id }) => ({ ride: ride && toRideRequest(ride), requestId: request_id }),
);

const assign = codec<AssignRide, AssignRideMessage>(
  "rides.v1.AssignRideRequest",
  ({ name, etag, carId, driverId }) => ({
    name,
    etag,
    car_id: fromBigint(carId),
    driver_id: driverId,
  }),
  ({ name, etag, car_id, driver_id }) => ({
    name,
    etag,
    carId: toBigint(car_id),
    driverId: driver_id,
  }),
);

const list = codec<ListRides, ListRidesMessage>(
  "rides.v1.ListRidesRequest",
  ({ pageSize, pageToken, states, carId, driverId, createFrom, createTo }) => ({
    page_size: pageSize,
    page_token: pageToken,
    filter: {
      states,
      car_id: fromBigint(carId),
      driver_id: driverId,
      create_time_from: createFrom && toTimestampMessage(createFrom),
      create_time_to: createTo && toTimestampMessage(createTo),
    },
  }),
  ({ page_size, page_token, filter }) => ({
    pageSize: page_size,
    pageToken: page_token,
    states: filter?.states ?? [],
    carId: filter ? toBigint(filter.car_id) : 0n,
    driverId: filter?.driver_id ?? "",
    createFrom: filter?.create_time_from ? toTimestamp(filter.create_time_from) : null,
    createTo: filter?.create_time_to ? toTimestamp(filter.create_time_to) : null,
  }),
);

const page = codec<RidePage, { rides: readonly RideMessage[]; next_page_token: string }>(
  "rides.v1.ListRidesResponse",
  ({ rides, nextPageToken }) => ({
    rides: rides.map(toRideMessage),
    next_page_token: nextPageToken,
  }),
  ({ rides, next_page_token }) => ({ rides: rides.map(toRide), nextPageToken: next_page_token }),
);

/** The codec of a request that names a ride and its etag; `message` is its name in the contract. */
function changed(message: string): Codec<RideChanged> {
  return plainCodec(`rides.v1.${message}`, ({ name, etag }) => ({ name, etag }));
}

const service = "rides.v1.RideService";

/** The service `rides.v1.RideService`, in terms of the domain. */
export const rideServiceDefinition: {
  readonly CreateRide: MethodDefinition<CreateRide, Ride>;
  readonly GetRide: MethodDefinition<RideNamed, Ride>;
  readonly ListRides: MethodDefinition<ListRides, RidePage>;
  readonly AssignRide: MethodDefinition<AssignRide, Ride>;
  readonly ArriveRide: MethodDefinition<RideChanged, Ride>;
  readonly BeginRide: MethodDefinition<RideChanged, Ride>;
  readonly CompleteRide: MethodDefinition<RideChanged, Ride>;
  readonly CancelRide: MethodDefinition<RideChanged, Ride>;
  readonly WatchRide: MethodDefinition<WatchRide, WatchRideEvents>;
} = {
  CreateRide: method(service, "CreateRide", create, rideCodec),
  GetRide: method(service, "GetRide", named, rideCodec),
  ListRides: method(service, "ListRides", list, page),
  AssignRide: method(service, "AssignRide", assign, rideCodec),
  ArriveRide: method(service, "ArriveRide", changed("ArriveRideRequest"), rideCodec),
  BeginRide: method(service, "BeginRide", changed("BeginRideRequest"), rideCodec),
  CompleteRide: method(service, "CompleteRide", changed("CompleteRideRequest"), rideCodec),
  CancelRide: method(service, "CancelRide", changed("CancelRideRequest"), rideCodec),
  WatchRide: method(service, "WatchRide", watchRideCodec, watchRideEventsCodec),
};
