import type { MethodDefinition } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import type { StoredFix } from "../../domain/fix.ts";
import type { Location } from "../../domain/location.ts";
import type { Timestamp } from "../../domain/timestamp.ts";
import { type Codec, codec, fromNumber, plainCodec, toNumber } from "../codec.ts";
import { method } from "../definition.ts";
import { type TimestampMessage, toLocation, toTimestamp, toTimestampMessage } from "../values.ts";
import { carName } from "./names.ts";
import { type PositionMessage, toStoredFix, toStoredPositionMessage } from "./position.ts";
import { encodePositions } from "./position_bytes.ts";
import {
  uploadCodec,
  uploadedCodec,
  type UploadedPositions,
  type UploadPositions,
} from "./upload.ts";
import {
  type WatchCars,
  watchCarsCodec,
  type WatchCarsEvents,
  watchCarsEventsCodec,
} from "./watch.ts";

/** Which car, by its resource name. */
export interface CarNamed {
  readonly name: string;
}

export interface ListCars {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Cars, each by its latest fix. */
export interface CarPage {
  readonly cars: readonly StoredFix[];
  readonly nextPageToken: string;
}

export interface SearchCars {
  readonly location: Location | null;
  readonly radiusMeters: number;
  /** Seconds; none: of any age. */
  readonly maxStalenessSeconds: number | null;
  readonly pageSize: number;
}

export interface FoundCar {
  /** Its latest fix. */
  readonly car: StoredFix;
  readonly distanceMeters: number;
}

export interface FoundCars {
  readonly cars: readonly FoundCar[];
}

export interface ListPositions {
  /** `cars/{car_id}`. */
  readonly parent: string;
  readonly from: Timestamp | null;
  readonly to: Timestamp | null;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly simplifyTo: number;
}

export interface PositionPage {
  readonly positions: readonly StoredFix[];
  readonly nextPageToken: string;
}

interface CarMessage {
  name: string;
  latest_position: PositionMessage | null;
}

function toCarMessage(fix: StoredFix): CarMessage {
  return { name: carName(fix.carId), latest_position: toStoredPositionMessage(fix) };
}

function toCar({ name, latest_position }: CarMessage): StoredFix {
  if (!latest_position) throw new TypeError(`${name} has no latest position`);
  return toStoredFix(latest_position);
}

const named = plainCodec<CarNamed>("rides.v1.GetCarRequest", ({ name }) => ({ name }));

const car = codec<StoredFix, CarMessage>("rides.v1.Car", toCarMessage, toCar);

const listCars = codec<ListCars, { page_size: number; page_token: string }>(
  "rides.v1.ListCarsRequest",
  ({ pageSize, pageToken }) => ({ page_size: pageSize, page_token: pageToken }),
  ({ page_size, page_token }) => ({ pageSize: page_size, pageToken: page_token }),
);

const carPage = codec<CarPage, { cars: CarMessage[]; next_page_token: string }>(
  "rides.v1.ListCarsResponse",
  ({ cars, nextPageToken }) => ({ cars: cars.map(toCarMessage), next_page_token: nextPageToken }),
  ({ cars, next_page_token }) => ({ cars: cars.map(toCar), nextPageToken: next_page_token }),
);

interface SearchCarsMessage {
  location: Location | null;
  radius_meters: number;
  max_staleness: TimestampMessage | null;
  page_size: number;
}

const search = codec<SearchCars, SearchCarsMessage>(
  "rides.v1.SearchCarsRequest",
  ({ location, radiusMeters, maxStalenessSeconds, pageSize }) => ({
    location,
    radius_meters: radiusMeters,
    max_staleness: maxStalenessSeconds === null ? null : toDurationMessage(maxStalenessSeconds),
    page_size: pageSize,
  }),
  ({ location, radius_meters, max_staleness, page_size }) => ({
    location: location && toLocation(location),
    radiusMeters: radius_meters,
    maxStalenessSeconds: max_staleness && toSeconds(max_staleness),
    pageSize: page_size,
  }),
);

function toDurationMessage(seconds: number): TimestampMessage {
  const whole = Math.trunc(seconds);
  return { seconds: fromNumber(whole), nanos: Math.round((seconds - whole) * 1e9) };
}

function toSeconds({ seconds, nanos }: TimestampMessage): number {
  return toNumber(seconds) + nanos / 1e9;
}

interface FoundCarMessage {
  car: CarMessage | null;
  distance_meters: number;
}

const found = codec<FoundCars, { cars: FoundCarMessage[] }>(
  "rides.v1.SearchCarsResponse",
  ({ cars }) => ({
    cars: cars.map(({ car, distanceMeters }) => ({
      car: toCarMessage(car),
      distance_meters: distanceMeters,
    })),
  }),
  ({ cars }) => ({
    cars: cars.flatMap(({ car, distance_meters }) =>
      car ? [{ car: toCar(car), distanceMeters: distance_meters }] : []
    ),
  }),
);

interface ListPositionsMessage {
  parent: string;
  time_from: TimestampMessage | null;
  time_to: TimestampMessage | null;
  page_size: number;
  page_token: string;
  simplify_to: number;
}

const listPositions = codec<ListPositions, ListPositionsMessage>(
  "rides.v1.ListPositionsRequest",
  ({ parent, from, to, pageSize, pageToken, simplifyTo }) => ({
    parent,
    time_from: from && toTimestampMessage(from),
    time_to: to && toTimestampMessage(to),
    page_size: pageSize,
    page_token: pageToken,
    simplify_to: simplifyTo,
  }),
  ({ parent, time_from, time_to, page_size, page_token, simplify_to }) => ({
    parent,
    from: time_from && toTimestamp(time_from),
    to: time_to && toTimestamp(time_to),
    pageSize: page_size,
    pageToken: page_token,
    simplifyTo: simplify_to,
  }),
);

const wholePage = codec<PositionPage, { positions: PositionMessage[]; next_page_token: string }>(
  "rides.v1.ListPositionsResponse",
  ({ positions, nextPageToken }) => ({
    positions: positions.map(toStoredPositionMessage),
    next_page_token: nextPageToken,
  }),
  ({ positions, next_page_token }) => ({
    positions: positions.map(toStoredFix),
    nextPageToken: next_page_token,
  }),
);

/** Fields of a message are bytes one after the other, so that the positions can be made apart. */
const positionPage: Codec<PositionPage> = {
  ...wholePage,
  encode: (page) =>
    Buffer.concat([
      encodePositions(1, page.positions),
      wholePage.encode({ ...page, positions: [] }),
    ]),
};

/** Ten thousand positions, each with all fields that there are. */
const MOST_UPLOADED = 10_000 * 32;

/** The ids of ten thousand cars, each by itself, and a little. */
const MOST_WATCHED = 2 * 10_000 + 100;

const service = "rides.v1.CarService";

/** The service `rides.v1.CarService`, in terms of the domain: a car is its latest fix. */
export const carServiceDefinition: {
  readonly GetCar: MethodDefinition<CarNamed, StoredFix>;
  readonly ListCars: MethodDefinition<ListCars, CarPage>;
  readonly WatchCars: MethodDefinition<WatchCars, WatchCarsEvents>;
  readonly SearchCars: MethodDefinition<SearchCars, FoundCars>;
  readonly ListPositions: MethodDefinition<ListPositions, PositionPage>;
  readonly UploadPositions: MethodDefinition<UploadPositions, UploadedPositions>;
} = {
  GetCar: method(service, "GetCar", named, car),
  ListCars: method(service, "ListCars", listCars, carPage),
  WatchCars: method(service, "WatchCars", watchCarsCodec, watchCarsEventsCodec, MOST_WATCHED),
  SearchCars: method(service, "SearchCars", search, found),
  ListPositions: method(service, "ListPositions", listPositions, positionPage),
  UploadPositions: method(service, "UploadPositions", uploadCodec, uploadedCodec, MOST_UPLOADED),
};
