/** What a store takes, and how fast it is, as it grows. */
import { toFix } from "../../../rides/domain/fix.ts";
import { openStorage, type Storage } from "../../../rides/storage/mod.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { median } from "../../support/statistics.ts";
import { drivenPosition } from "./bodies.ts";

/** Cars that drive at once. */
const CARS = 1_000;

/** What is measured at each size: how long the last so many positions took. */
const LAST = 100_000;

export interface Growth {
  readonly positions: number;
  /** Of the last ones. */
  readonly storedPerSecond: number;
  readonly bytesPerPosition: number;
  /** How long 1,000 positions of a car from the middle of its drive take to be read, in the median. */
  readonly listMs: number;
}

/** @param sizes in positions, the smallest first; the file takes some 40 bytes for each */
export async function measureGrowth(sizes: readonly number[]): Promise<Growth[]> {
  await using folder = await TemporaryFolder.make();
  // Watchers of the last commits are no part of what grows.
  await using storage = await openStorage(`sqlite:${folder.path}/rides.db`, { journalBytes: 1 });
  const growth: Growth[] = [];
  let stored = 0;
  for (const positions of sizes) {
    await put(storage, stored, positions - LAST);
    const start = performance.now();
    await put(storage, positions - LAST, positions);
    const seconds = (performance.now() - start) / 1_000;
    stored = positions;
    const { bytes } = await storage.stats();
    growth.push({
      positions,
      storedPerSecond: LAST / seconds,
      bytesPerPosition: bytes / positions,
      listMs: await listMs(storage, positions / CARS),
    });
  }
  return growth;
}

async function put(storage: Storage, from: number, to: number): Promise<void> {
  let last: ReturnType<Storage["put"]> | undefined;
  for (let n = from; n < to; n++) {
    last = storage.put(toFix(drivenPosition(BigInt(1 + n % CARS), Math.floor(n / CARS))));
    if (storage.room) await storage.room;
  }
  await last?.stored;
}

async function listMs(storage: Storage, ofCar: number): Promise<number> {
  const tookMs: number[] = [];
  for (let car = 1; car <= 50; car++) {
    const carId = BigInt(car * 17);
    const { timeMs } = toFix(drivenPosition(carId, Math.floor(ofCar / 2)));
    const start = performance.now();
    await storage.listFixes(carId, timeMs, Number.MAX_SAFE_INTEGER, 1_000);
    tookMs.push(performance.now() - start);
  }
  return median(tookMs);
}
