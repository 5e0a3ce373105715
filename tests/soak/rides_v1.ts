import { status as Code } from "@grpc/grpc-js";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { encodeBatch } from "../../rides/client/upload/batch.ts";
import type { Position } from "../../rides/domain/position.ts";
import type { RideRequest } from "../../rides/domain/ride.ts";
import type { Place } from "./caller.ts";

const UPLOADED = 20;

/** What one client does through the services of rides.v1; each returns the code that it ended with. */
export class RidesV1Caller implements AsyncDisposable {
  readonly #client: RidesClient;
  #lastMs = Date.now();

  /** @param carId its own, which has one ride at a time */
  constructor({ port, ca }: Place, private readonly carId: bigint) {
    const tls = ca === undefined ? undefined : { ca };
    this.#client = new RidesClient({ address: `localhost:${port}`, tls, timeoutMs: 10_000 });
  }

  /** A ride from its request to its end, watched from its beginning. */
  wholeRide(): Promise<Code> {
    return code(async () => {
      const { rides } = this.#client;
      const { id } = await rides.create(REQUEST);
      // A ride that does not come to its end would be watched for ever.
      const ended = new AbortController();
      const watched = this.#watchToItsEnd(id, ended.signal);
      const driven = this.#drive(id).catch((error) => {
        ended.abort();
        throw error;
      });
      await Promise.all([watched, driven]);
      await rides.get(id);
    });
  }

  /** A change that the state of the ride does not allow. */
  wrongChange(): Promise<Code> {
    return code(async () => {
      const { id } = await this.#client.rides.create(REQUEST);
      await this.#client.rides.complete(id);
    });
  }

  /** A ride that there is not. */
  unknownRide(): Promise<Code> {
    return code(() => this.#client.rides.get(crypto.randomUUID()));
  }

  /** Positions of some car, and what the server makes of them. */
  uploadAndLook(): Promise<Code> {
    return code(async () => {
      const { cars } = this.#client;
      const { carId } = this;
      async function* requests(positions: readonly Position[]) {
        yield encodeBatch(1, positions);
      }
      for await (const _ of cars.upload(requests(this.#street(carId))));
      await cars.get(carId);
      await cars.near({ location: { lat: 51.5, lng: -0.1 }, radiusMeters: 10_000 });
      await take(cars.history(carId, { limit: 100 }), 100);
      await take(this.#client.rides.list({ limit: 20 }), 20);
    });
  }

  /** Cars, for as long as it takes to see them once; then it loses interest. */
  watchCars(): Promise<Code> {
    return code(() => take(this.#client.cars.watch({ kind: "all" }, { reconnectMs: 0 }), 1));
  }

  async #drive(id: string): Promise<void> {
    const { rides } = this.#client;
    await rides.assign(id, this.carId, "John Doe");
    await rides.arrive(id);
    await rides.begin(id);
    await rides.complete(id);
  }

  async #watchToItsEnd(id: string, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#client.rides.watch(id, { reconnectMs: 0, signal }));
  }

  /** Along a street, from where the last one ended in time: a car is at one place at a time. */
  #street(carId: bigint): Position[] {
    const nowMs = Date.now();
    const step = Math.max(1, Math.floor((nowMs - this.#lastMs) / UPLOADED));
    return Array.from({ length: UPLOADED }, (_, index) => {
      this.#lastMs += step;
      const nanos = (this.#lastMs % 1_000) * 1e6;
      const time = { seconds: Math.floor(this.#lastMs / 1_000), nanos };
      return { carId, time, location: { lat: 51.5, lng: -0.1 + index / 1_000 } };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

const REQUEST: RideRequest & { readonly type: "REGULAR" } = {
  carId: 0n,
  driverId: "",
  passengersIds: ["M", "Q"],
  type: "REGULAR",
  pickup: { lat: 51.46, lng: -0.2 },
};

async function take(things: AsyncIterable<unknown>, count: number): Promise<void> {
  let left = count;
  for await (const _ of things) if (--left <= 0) return;
}

async function code(work: () => Promise<unknown>): Promise<Code> {
  try {
    await work();
    return Code.OK;
  } catch (error) {
    if (error instanceof CallFailure) return error.code;
    throw error;
  }
}
