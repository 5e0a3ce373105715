import type { ServerUnaryCall } from "@grpc/grpc-js";
import { InvalidArgument, refuseIfAny, type Violation } from "../../domain/failure.ts";
import {
  assignment,
  type Ride,
  type RideChange,
  type RideRequest,
  validateRideRequest,
  type ValidRideRequest,
} from "../../domain/ride.ts";
import type { RideState } from "../../domain/ride_state.ts";
import type { Feed } from "../../live/feed.ts";
import type { RideFilter, RidePlace, RideStore } from "../../storage/storage.ts";
import { answeringBytes } from "../../wire/v1/watch_encoder.ts";
import { stateOf, toRevision } from "../../wire/v1/ride.ts";
import {
  type AssignRide,
  type CreateRide,
  type ListRides,
  type RideChanged,
  type RideNamed,
  type RidePage,
  rideServiceDefinition,
} from "../../wire/v1/ride_service.ts";
import { type Caller, callerOf } from "../auth/caller.ts";
import type { Listings } from "./listings.ts";
import { rideId } from "./names.ts";
import { pageSize, pageToken, placeOf } from "./paging.ts";
import { spanOf } from "./time_span.ts";
import { watchRide } from "./watches.ts";

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;

/** What a handler of a unary call is given. */
interface Unary<Request> {
  readonly request: Request;
}

/** The service `rides.v1.RideService` over a store and its feed. */
export function rideService(store: RideStore, feed: Feed, pages: Listings) {
  const change = (action: Exclude<RideChange["action"], "assign">) =>
  (
    { request: { name, etag } }: Unary<RideChanged>,
  ): Promise<Ride> => store.changeRide(rideId(name), { action }, toRevision(etag));

  return {
    definition: {
      ...rideServiceDefinition,
      WatchRide: answeringBytes(rideServiceDefinition.WatchRide),
    },
    handlers: {
      async CreateRide(call: ServerUnaryCall<CreateRide, Ride>): Promise<Ride> {
        const { ride, requestId } = call.request;
        validateRequestId(requestId);
        return await store.createRide(requested(ride), ownRequestId(requestId, callerOf(call)));
      },

      async GetRide({ request }: Unary<RideNamed>): Promise<Ride> {
        return await store.getRide(rideId(request.name));
      },

      async ListRides(call: ServerUnaryCall<ListRides, RidePage>): Promise<RidePage> {
        const { request } = call;
        const violations: Violation[] = [];
        const { pageSize: _, pageToken: token, ...query } = request;
        const size = pageSize(request.pageSize, PAGE_SIZE, MAX_PAGE_SIZE, violations);
        const after = placeOf(token, query, isRidePlace, violations);
        const filter = toFilter(request, violations);
        refuseIfAny(violations);
        const list = () => store.listRides(filter, size, after);
        const { rides, more } = await pages.take(call, list);
        const last = more ? rides.at(-1) : undefined;
        const place = last && { createMs: last.createMs, id: last.id };
        return { rides, nextPageToken: place ? pageToken(query, place) : "" };
      },

      async AssignRide({ request }: Unary<AssignRide>): Promise<Ride> {
        const { name, etag, carId, driverId } = request;
        const id = rideId(name);
        return await store.changeRide(id, assignment(carId, driverId), toRevision(etag));
      },

      ArriveRide: change("arrive"),
      BeginRide: change("begin"),
      CompleteRide: change("complete"),
      CancelRide: change("cancel"),
      WatchRide: watchRide(feed),
    },
  };
}

function requested(ride: RideRequest | null): ValidRideRequest {
  if (!ride) throw new InvalidArgument([{ field: "ride", reason: "missing" }]);
  validateRideRequest(ride);
  return ride;
}

function validateRequestId(requestId: string): void {
  if (/^[A-Za-z\d-]{0,64}$/.test(requestId)) return;
  const reason = "has to be up to 64 letters, digits and dashes, as in a UUID";
  throw new InvalidArgument([{ field: "request_id", reason }]);
}

/** Callers do not know of each other: the same id from another caller is a new one. */
function ownRequestId(requestId: string, caller: Caller | undefined): string {
  return caller && requestId !== "" ? `${caller.name}:${requestId}` : requestId;
}

function toFilter(request: ListRides, violations: Violation[]): RideFilter {
  const { carId, driverId } = request;
  if (carId < 0n) {
    violations.push({ field: "filter.car_id", reason: "must not be negative" });
  }
  const states = toStates(request.states, violations);
  const { createFrom, createTo } = request;
  const created = spanOf(createFrom, createTo, violations, "filter.create_time");
  return {
    states,
    carId: carId === 0n ? undefined : carId,
    driverId: driverId === "" ? undefined : driverId,
    createFromMs: created.fromMs,
    createToMs: created.toMs,
  };
}

function toStates(numbers: readonly number[], violations: Violation[]): RideState[] {
  return numbers.flatMap((number, index) => {
    const state = stateOf(number);
    if (state) return [state];
    violations.push({ field: `filter.states[${index}]`, reason: `unknown value ${number}` });
    return [];
  });
}

function isRidePlace(value: unknown): value is RidePlace {
  const { createMs, id } = (value ?? {}) as Partial<Record<keyof RidePlace, unknown>>;
  return Number.isSafeInteger(createMs) && typeof id === "string";
}
