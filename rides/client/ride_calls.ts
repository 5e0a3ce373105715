import type { Ride, ValidRideRequest } from "../domain/ride.ts";
import type { RideState } from "../domain/ride_state.ts";
import type { Timestamp } from "../domain/timestamp.ts";
import { stateNumber } from "../wire/v1/ride.ts";
import { type RideChanged, rideServiceDefinition as service } from "../wire/v1/ride_service.ts";
import type { WatchRideEvents } from "../wire/v1/watch.ts";
import type { Connection } from "./connection.ts";
import { pages } from "./pages.ts";
import { resuming, type Watched, type WatchOptions } from "./resuming.ts";

/** As many rides as a server gives on a page. */
const PAGE_SIZE = 1_000;

/** Which rides are listed: those that match everything that is set. */
export interface RideQuery {
  /** None: in any state. */
  readonly states?: readonly RideState[];
  readonly carId?: bigint;
  readonly driverId?: string;
  /** Created at or after. */
  readonly createFrom?: Timestamp;
  /** Created before. */
  readonly createTo?: Timestamp;
  /** How many at most. Default all. */
  readonly limit?: number;
}

/**
 * Rides from their request to their end (`rides.v1.RideService`). A ride is named by its id, or by its
 * resource name `rides/{id}`. An etag other than the ride's current one ends the call with ABORTED; without
 * one the ride is changed in any case.
 */
export class RideCalls {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Creates a ride: REQUESTED, or ASSIGNED where it has a car and a driver.
   *
   * @param requestId up to 64 letters, digits and dashes: a repeated one returns the ride that it created.
   * Default a new one
   */
  create(
    ride: ValidRideRequest,
    requestId: string = crypto.randomUUID(),
  ): Promise<Ride> {
    return this.#connection.unary(service.CreateRide, { ride, requestId });
  }

  get(ride: string): Promise<Ride> {
    return this.#connection.unary(service.GetRide, { name: nameOf(ride) });
  }

  /** The rides that match, the newest first. */
  list(query: RideQuery = {}): AsyncGenerator<Ride> {
    const { states = [], carId = 0n, driverId = "", createFrom, createTo, limit } = query;
    const filter = {
      states: states.map(stateNumber),
      carId,
      driverId,
      createFrom: createFrom ?? null,
      createTo: createTo ?? null,
    };
    return pages(
      async (pageSize, pageToken) => {
        const request = { ...filter, pageSize, pageToken };
        const { rides, nextPageToken } = await this.#connection.unary(service.ListRides, request);
        return { items: rides, nextPageToken };
      },
      limit ?? Infinity,
      PAGE_SIZE,
    );
  }

  /** REQUESTED → ASSIGNED: a car and its driver take the ride. */
  assign(ride: string, carId: bigint, driverId: string, etag = ""): Promise<Ride> {
    const request = { name: nameOf(ride), etag, carId, driverId };
    return this.#connection.unary(service.AssignRide, request);
  }

  /** ASSIGNED → REQUESTED: the car gives the ride back. */
  unassign(ride: string, etag = ""): Promise<Ride> {
    return this.assign(ride, 0n, "", etag);
  }

  /** ASSIGNED → ARRIVED: the car waits at the pickup. */
  arrive(ride: string, etag = ""): Promise<Ride> {
    return this.#connection.unary(service.ArriveRide, changed(ride, etag));
  }

  /** ARRIVED → ACTIVE: the passengers are in the car. */
  begin(ride: string, etag = ""): Promise<Ride> {
    return this.#connection.unary(service.BeginRide, changed(ride, etag));
  }

  /** ACTIVE → COMPLETED: the ride came to its end. */
  complete(ride: string, etag = ""): Promise<Ride> {
    return this.#connection.unary(service.CompleteRide, changed(ride, etag));
  }

  /** REQUESTED, ASSIGNED or ARRIVED → CANCELED. */
  cancel(ride: string, etag = ""): Promise<Ride> {
    return this.#connection.unary(service.CancelRide, changed(ride, etag));
  }

  /**
   * The ride as it is, then its changes and, while it is ACTIVE, the positions of its car, until it has
   * ended.
   */
  watch(ride: string, options: WatchOptions = {}): AsyncGenerator<Watched<WatchRideEvents>> {
    const name = nameOf(ride);
    const call = (resumeToken: string) =>
      this.#connection.serverStream(service.WatchRide, { name, resumeToken }, options.signal);
    return resuming(call, false, options);
  }
}

function changed(ride: string, etag: string): RideChanged {
  return { name: nameOf(ride), etag };
}

function nameOf(ride: string): string {
  return ride.startsWith("rides/") ? ride : `rides/${ride}`;
}
