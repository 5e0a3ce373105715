import type { Buffer } from "node:buffer";
import type { StoredFix } from "../domain/fix.ts";
import type { Location } from "../domain/location.ts";
import type { Timestamp } from "../domain/timestamp.ts";
import { carServiceDefinition as service, type FoundCar } from "../wire/v1/car_service.ts";
import { carName } from "../wire/v1/names.ts";
import type { WatchCarsEvents, WatchScope } from "../wire/v1/watch.ts";
import type { Connection } from "./connection.ts";
import { pages } from "./pages.ts";
import { resuming, type Watched, type WatchOptions } from "./resuming.ts";

/** As many cars as a server gives on a page. */
const CARS_PAGE_SIZE = 1_000;

/** As many positions as a server gives on a page. */
const POSITIONS_PAGE_SIZE = 10_000;

/** Which cars are searched. */
export interface CarSearch {
  readonly location: Location;
  /** How far from there at most, along the great circle; above 0. */
  readonly radiusMeters: number;
  /** How old the latest position may be. Default: of any age. */
  readonly maxStalenessSeconds?: number;
  /** How many at most, up to 1,000. Default 50. */
  readonly limit?: number;
}

/** Which positions of a car are listed. */
export interface HistoryQuery {
  /** At or after. Default: from the first. */
  readonly from?: Timestamp;
  /** Before. Default: to the last. */
  readonly to?: Timestamp;
  /** Instead of all: this many, from 2 to 10,000, that draw about the same line. */
  readonly simplifyTo?: number;
  /** How many at most. Default all. */
  readonly limit?: number;
}

/** Where cars are, and were (`rides.v1.CarService`). */
export class CarCalls {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The latest position of a car. */
  get(carId: bigint): Promise<StoredFix> {
    return this.#connection.unary(service.GetCar, { name: carName(carId) });
  }

  /** The latest position of every car, by the cars' numbers. */
  list({ limit = Infinity }: { readonly limit?: number } = {}): AsyncGenerator<StoredFix> {
    return pages(
      async (pageSize, pageToken) => {
        const request = { pageSize, pageToken };
        const { cars, nextPageToken } = await this.#connection.unary(service.ListCars, request);
        return { items: cars, nextPageToken };
      },
      limit,
      CARS_PAGE_SIZE,
    );
  }

  /** The cars within a distance of a place, the nearest first. */
  async near(search: CarSearch): Promise<readonly FoundCar[]> {
    const { location, radiusMeters, maxStalenessSeconds = null, limit = 0 } = search;
    const request = { location, radiusMeters, maxStalenessSeconds, pageSize: limit };
    const { cars } = await this.#connection.unary(service.SearchCars, request);
    return cars;
  }

  /** The positions of a car, the earliest first. */
  history(carId: bigint, query: HistoryQuery = {}): AsyncGenerator<StoredFix> {
    const { from = null, to = null, simplifyTo = 0, limit = Infinity } = query;
    const parent = carName(carId);
    return pages(
      async (pageSize, pageToken) => {
        const request = { parent, from, to, pageSize, pageToken, simplifyTo };
        const page = await this.#connection.unary(service.ListPositions, request);
        return { items: page.positions, nextPageToken: page.nextPageToken };
      },
      limit,
      POSITIONS_PAGE_SIZE,
    );
  }

  /** The cars as they are, then each new latest position and each change of a ride of theirs. */
  watch(
    scope: WatchScope,
    options: WatchOptions = {},
  ): AsyncGenerator<Watched<WatchCarsEvents>> {
    const call = (resumeToken: string) =>
      this.#connection.serverStream(service.WatchCars, { scope, resumeToken }, options.signal);
    return resuming(call, true, options);
  }

  /**
   * Stores positions, and yields the sequence up to which all of them are stored, as it grows.
   *
   * @param requests as `encodeBatch` makes them, their sequences in order and without gaps. A position
   * that the server refuses ends the call with a failure that names its sequence; what comes before is
   * stored, whether or not that was yielded
   * @param isDue whether something was sent that is not acknowledged: if that takes longer than the
   * client's `timeoutMs`, the call fails. Default: acknowledgements are waited for without a limit
   */
  async *upload(
    requests: AsyncIterable<Buffer>,
    signal?: AbortSignal,
    isDue?: () => boolean,
  ): AsyncGenerator<number> {
    const { UploadPositions } = service;
    const acknowledgements = this.#connection.duplex(UploadPositions, requests, signal, isDue);
    for await (const { committedSequence } of acknowledgements) yield committedSequence;
  }
}
