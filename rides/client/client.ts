import type { Person } from "../domain/person.ts";
import type { Position } from "../domain/position.ts";
import type { RideStart } from "../domain/ride_start.ts";
import { healthCheck, SERVING_STATUSES, type ServingStatus } from "../wire/health.ts";
import { personDefinition } from "../wire/person.ts";
import { ridesDefinition } from "../wire/rides.ts";
import { CarCalls } from "./car_calls.ts";
import { Connection } from "./connection.ts";
import type { ClientOptions } from "./options.ts";
import { RideCalls } from "./ride_calls.ts";

/**
 * A client of a rides server, over one connection that is made at the first call. Disposing of it
 * closes the connection.
 *
 * Every call throws a {@linkcode CallFailure} if it ends with another status than OK.
 */
export class RidesClient implements AsyncDisposable {
  /** Rides from their request to their end. */
  readonly rides: RideCalls;
  /** Where cars are, and were. */
  readonly cars: CarCalls;
  readonly #connection: Connection;

  /**
   * @throws {TypeError} if the address is malformed, a number out of its range, or the token one that
   * must not be sent
   */
  constructor(options: ClientOptions = {}) {
    this.#connection = new Connection(options);
    this.rides = new RideCalls(this.#connection);
    this.cars = new CarCalls(this.#connection);
  }

  /** Starts a ride and returns its id. */
  async start(ride: RideStart): Promise<string> {
    const { id } = await this.#connection.unary(ridesDefinition.Start, ride);
    return id;
  }

  /**
   * Streams positions as they come, no faster than the server takes them, and returns how many it
   * counted. A position that the server refuses ends the call, and the rest is not asked for.
   *
   * @param options `signal` ends the call, with its reason, while there is no connection and nothing was
   * sent; later it is for the positions to end
   */
  async track(
    positions: Iterable<Position> | AsyncIterable<Position>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    const { count } = await this.#connection.clientStream(ridesDefinition.Track, positions, signal);
    return count;
  }

  /** The person of that name; a new name is registered. */
  getInfor(name: string): Promise<Person> {
    return this.#connection.unary(personDefinition.getInfor, { name });
  }

  /** Whether the person of that name is married, as {@linkcode getInfor} says. */
  async checkMarried(name: string): Promise<boolean> {
    const { married } = await this.#connection.unary(personDefinition.checkMarried, { name });
    return married;
  }

  /**
   * Whether the server, or one of its services, is ready for calls; `""` is the whole server. NOT_FOUND if it
   * has no such service.
   */
  async health(service = ""): Promise<ServingStatus> {
    const { status } = await this.#connection.unary(healthCheck, { service });
    return SERVING_STATUSES[status] ?? "UNKNOWN";
  }

  /** Calls that run come to their end; others, waiting for the connection or new, end CANCELLED. */
  close(): void {
    this.#connection.close();
  }

  // deno-lint-ignore require-await -- the protocol asks for a promise
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
