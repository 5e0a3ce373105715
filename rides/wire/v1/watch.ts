import type { Change } from "../../domain/commit.ts";
import type { Location } from "../../domain/location.ts";
import { type Codec, codec, fromBigint, type Int64, toBigint } from "../codec.ts";
import { toLocation } from "../values.ts";
import { type PositionMessage, toStoredFix, toStoredPositionMessage } from "./position.ts";
import { type RideMessage, toRide, toRideMessage } from "./ride.ts";

export interface WatchRide {
  /** `rides/{id}`. */
  readonly name: string;
  readonly resumeToken: string;
}

/** Which cars are watched. */
export type WatchScope =
  | { readonly kind: "all" }
  | { readonly kind: "ids"; readonly carIds: readonly bigint[] | BigInt64Array }
  /** A corner that the client left out is null. */
  | {
    readonly kind: "box";
    readonly southWest: Location | null;
    readonly northEast: Location | null;
  };

export interface WatchCars {
  readonly scope: WatchScope;
  readonly resumeToken: string;
}

/** One response of WatchRide. */
export interface WatchRideEvents {
  readonly events: readonly Change[];
  readonly resumeToken: string;
}

/** One response of WatchCars. */
export interface WatchCarsEvents extends WatchRideEvents {
  readonly snapshotComplete: boolean;
}

/** `rides.v1.RideEvent` and `rides.v1.CarEvent`: one of the two is set. */
interface EventMessage {
  ride?: RideMessage | null;
  position?: PositionMessage | null;
}

interface WatchCarsMessage {
  ids: { car_ids: readonly Int64[] } | null;
  box: { south_west: Location | null; north_east: Location | null } | null;
  resume_token: string;
}

export const watchRideCodec: Codec<WatchRide> = codec<
  WatchRide,
  { name: string; resume_token: string }
>(
  "rides.v1.WatchRideRequest",
  ({ name, resumeToken }) => ({ name, resume_token: resumeToken }),
  ({ name, resume_token }) => ({ name, resumeToken: resume_token }),
);

export const watchCarsCodec: Codec<WatchCars> = codec<WatchCars, WatchCarsMessage>(
  "rides.v1.WatchCarsRequest",
  ({ scope, resumeToken }) => ({
    ids: scope.kind === "ids" ? { car_ids: Array.from(scope.carIds, fromBigint) } : null,
    box: scope.kind === "box" ? { south_west: scope.southWest, north_east: scope.northEast } : null,
    resume_token: resumeToken,
  }),
  ({ ids, box, resume_token }) => ({ scope: toScope(ids, box), resumeToken: resume_token }),
);

function toScope(ids: WatchCarsMessage["ids"], box: WatchCarsMessage["box"]): WatchScope {
  // grpc-js keeps a request for as long as its call runs.
  if (ids) return { kind: "ids", carIds: BigInt64Array.from(ids.car_ids, toBigint) };
  if (!box) return { kind: "all" };
  const { south_west, north_east } = box;
  return {
    kind: "box",
    southWest: south_west && toLocation(south_west),
    northEast: north_east && toLocation(north_east),
  };
}

function toEventMessage(change: Change): EventMessage {
  return change.kind === "ride"
    ? { ride: toRideMessage(change.ride) }
    : { position: toStoredPositionMessage(change.fix) };
}

function toChange({ ride, position }: EventMessage): Change[] {
  if (ride) return [{ kind: "ride", ride: toRide(ride) }];
  if (position) return [{ kind: "fix", fix: toStoredFix(position) }];
  // Of a later version of the contract.
  return [];
}

export const watchRideEventsCodec: Codec<WatchRideEvents> = codec<
  WatchRideEvents,
  { events: EventMessage[]; resume_token: string }
>(
  "rides.v1.WatchRideResponse",
  ({ events, resumeToken }) => ({
    events: events.map(toEventMessage),
    resume_token: resumeToken,
  }),
  ({ events, resume_token }) => ({
    events: events.flatMap(toChange),
    resumeToken: resume_token,
  }),
);

export const watchCarsEventsCodec: Codec<WatchCarsEvents> = codec<
  WatchCarsEvents,
  { events: EventMessage[]; resume_token: string; snapshot_complete: boolean }
>(
  "rides.v1.WatchCarsResponse",
  ({ events, resumeToken, snapshotComplete }) => ({
    events: events.map(toEventMessage),
    resume_token: resumeToken,
    snapshot_complete: snapshotComplete,
  }),
  ({ events, resume_token, snapshot_complete }) => ({
    events: events.flatMap(toChange),
    resumeToken: resume_token,
    snapshotComplete: snapshot_complete,
  }),
);
