import { drivenMicrometers } from "../../rides/domain/way.ts";
import { toFix } from "../../rides/domain/fix.ts";
import { StoreFile } from "../../rides/storage/mod.ts";
import type { Car, Starter } from "./clients.ts";
import { positionOf, START_MS } from "./drives.ts";

/** What is wrong with a store of which the server was killed; nothing, if all is well. */
export function verify(file: string, cars: readonly Car[], starter: Starter): string[] {
  using store = new StoreFile(file);
  const problems = store.check();
  const stored = new Map(cars.map(({ carId }) => [carId, 0]));
  for (const { carId, timeMs } of store.positions()) {
    const count = stored.get(carId) ?? 0;
    if (timeMs !== START_MS + count * 1_000) {
      problems.push(`car ${carId}: position ${count} is not of its time, but of ${timeMs}`);
      break;
    }
    stored.set(carId, count + 1);
  }
  for (const { carId, acknowledged, sent } of cars) {
    const count = stored.get(carId) ?? 0;
    if (count >= acknowledged && count <= sent) continue;
    problems.push(
      `car ${carId}: ${count} positions, of ${acknowledged} acknowledged and ${sent} sent`,
    );
  }
  return [...problems, ...verifyRides(store, stored, starter)];
}

function verifyRides(
  store: StoreFile,
  stored: ReadonlyMap<bigint, number>,
  { ids }: Starter,
): string[] {
  const problems: string[] = [];
  const missing = new Set(ids);
  for (const { id, carId, positionCount, distanceMicrometers } of store.rides()) {
    missing.delete(id);
    const count = stored.get(carId) ?? 0;
    if (positionCount !== count) {
      problems.push(`ride of car ${carId}: ${positionCount} positions, and not ${count}`);
    }
    if (distanceMicrometers !== wayOf(carId, count)) {
      problems.push(`ride of car ${carId}: ${distanceMicrometers} µm of ${wayOf(carId, count)}`);
    }
  }
  if (missing.size > 0) problems.push(`${missing.size} rides are missing that were acknowledged`);
  return problems;
}

function wayOf(carId: bigint, count: number): number {
  let way = 0;
  for (let n = 1; n < count; n++) {
    way += drivenMicrometers(toFix(positionOf(carId, n - 1)), toFix(positionOf(carId, n)));
  }
  return way;
}
