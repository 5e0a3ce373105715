/** Clients that go on whatever ends their calls, and remember what was acknowledged to them. */
import { status as Code } from "@grpc/grpc-js";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { encodeBatch } from "../../rides/client/upload/batch.ts";
import { RIDE } from "../support/rides.ts";
import { positionOf } from "./drives.ts";

/** How long a client waits before it tries again. */
const PAUSE_MS = 20;

/** The codes that tell a client to try again: its server was killed, or is not there. */
const PASSING: readonly Code[] = [Code.UNAVAILABLE, Code.CANCELLED];

/** What went wrong that should not: whatever does not tell to try again. */
export type Confusion = string;

/** A client that calls again and again until it is stopped. */
export abstract class PersistentClient {
  readonly confusions: Confusion[] = [];
  /** What the last call ended with that failed. */
  lastFailure: unknown;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(protected readonly address: string) {}

  /** How much was acknowledged so far. */
  abstract readonly acknowledged: number;

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the call that runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  protected get isStopped(): boolean {
    return this.#stopped;
  }

  protected abstract call(client: RidesClient): Promise<void>;

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // Another one each time: a connection that was lost is tried again after a second.
      await using client = new RidesClient({ address: this.address, retry: { attempts: 1 } });
      try {
        while (!this.#stopped) await this.call(client);
      } catch (error) {
        this.lastFailure = error;
        const passing = error instanceof CallFailure && PASSING.includes(error.code);
        if (!passing) this.confusions.push(`${this.constructor.name}: ${error}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }
}

/** A car that sends its positions in order. */
export abstract class Car extends PersistentClient {
  /** How many positions were sent, and of those the first so many acknowledged. */
  sent = 0;
  acknowledged = 0;

  constructor(address: string, readonly carId: bigint) {
    super(address);
  }

  /** The next `count` positions that are not acknowledged. */
  protected next(from: number, count: number) {
    this.sent = Math.max(this.sent, from + count);
    return Array.from({ length: count }, (_, n) => positionOf(this.carId, from + n));
  }
}

/** A client of the reference: it streams, is told how many were counted, and else sends all again. */
export class TrackingCar extends Car {
  protected async call(client: RidesClient): Promise<void> {
    const positions = this.next(this.acknowledged, 1 + this.acknowledged % 300);
    const count = await client.track(positions);
    if (count !== positions.length) this.confusions.push(`${count} of ${positions.length} counted`);
    this.acknowledged += positions.length;
  }
}

/** One that uploads: it is told how far what it sent is stored, and sends again what is behind that. */
export class UploadingCar extends Car {
  protected async call(client: RidesClient): Promise<void> {
    const first = this.acknowledged;
    for await (const sequence of client.cars.upload(this.#requests(first))) {
      if (sequence < this.acknowledged || sequence >= this.sent) {
        this.confusions.push(`acknowledged ${sequence} of ${this.acknowledged} to ${this.sent}`);
      }
      this.acknowledged = sequence + 1;
    }
  }

  async *#requests(first: number) {
    for (let from = first; !this.isStopped; from += 20) {
      yield encodeBatch(from, this.next(from, 20));
      // As fast as it is stored, more or less.
      if (from > this.acknowledged + 2_000) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** One that starts rides, each of another car. */
export class Starter extends PersistentClient {
  readonly ids: string[] = [];
  #lastCar = 1_000_000n;

  get acknowledged(): number {
    return this.ids.length;
  }

  protected async call(client: RidesClient): Promise<void> {
    // A ride whose answer was lost may have been started: the car is not tried again.
    this.ids.push(await client.start({ ...RIDE, carId: ++this.#lastCar }));
  }
}
