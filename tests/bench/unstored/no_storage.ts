import { v7 } from "uuid";
import { FailedPrecondition, NotFound } from "../../../rides/domain/failure.ts";
import type { Person } from "../../../rides/domain/person.ts";
import type { Ride, ValidRideRequest } from "../../../rides/domain/ride.ts";
import { FixColumns } from "../../../rides/storage/fix_columns.ts";
import type {
  Group,
  ListedRides,
  Storage,
  StorageStats,
  StorageStatus,
} from "../../../rides/storage/storage.ts";

const STORED: Group = { stored: Promise.resolve() };

const EMPTY: StorageStats = {
  rides: 0,
  cars: 0,
  positions: 0,
  persons: 0,
  bytes: 0,
  lastSequence: 0,
  oldestSequence: 1,
};

/**
 * A store that keeps nothing, since what is measured is the way to it: rides get an id and positions are
 * counted by their handler, as by the peers.
 */
export class NoStorage implements Storage {
  readonly id = "none";
  readonly isWorking = false;
  readonly status: StorageStatus = { kind: "serving" };
  readonly lastSequence = 0;
  readonly room = undefined;

  onStatus(): void {}

  onCommit(): void {}

  journal(): Promise<[]> {
    return Promise.resolve([]);
  }

  async *latestFixes(): AsyncGenerator<never> {}

  stats(): Promise<StorageStats> {
    return Promise.resolve(EMPTY);
  }

  put(): Group {
    return STORED;
  }

  listFixes(): Promise<FixColumns> {
    return Promise.resolve(new FixColumns(0));
  }

  startRide(
    ride: ValidRideRequest,
    startMs: number | undefined,
  ): Promise<Ride> {
    const createMs = Date.now();
    return Promise.resolve({
      ...ride,
      id: v7(),
      state: "ACTIVE",
      createMs,
      startMs: startMs ?? createMs,
      distanceMicrometers: 0,
      positionCount: 0,
      revision: 1,
    });
  }

  createRide(): Promise<Ride> {
    return Promise.reject(new FailedPrecondition("Cannot create a ride: nothing is stored here"));
  }

  getRide(id: string): Promise<Ride> {
    return Promise.reject(new NotFound(`There is no ride ${id}: nothing is stored here`));
  }

  listRides(): Promise<ListedRides> {
    return Promise.resolve({ rides: [], more: false });
  }

  changeRide(id: string): Promise<Ride> {
    return this.getRide(id);
  }

  findOrRegister(name: string): Promise<Person> {
    return Promise.resolve({ name, id: 1, married: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
