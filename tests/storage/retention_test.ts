import { deepEqual, equal, rejects } from "node:assert/strict";
import { FIX_FLAGS } from "../../rides/domain/fix.ts";
import { NotFound } from "../../rides/domain/failure.ts";
import { openStorage } from "../../rides/storage/mod.ts";
import { eventually } from "../support/eventually.ts";
import { allFixes, store, TestStore } from "./support/stores.ts";
import { fixAt, NOON_MS, rideOf } from "./support/values.ts";

const HOUR_MS = 3_600_000;

Deno.test("retention - deletes what is older, and keeps the latest of each car", async () => {
  await using test = await TestStore.open("sqlite", { now: () => NOON_MS });
  const cars = Array.from({ length: 450 }, (_, n) => BigInt(n + 1));
  const many = Array.from({ length: 5_000 }, (_, n) => fixAt(n, 0));
  await store(
    test.storage,
    ...many,
    ...cars.map((carId) => fixAt(1, 0, { carId: carId + 100n })),
    fixAt(9_000, 0),
    fixAt(1, 0, { carId: 1n }),
    fixAt(2, 0, { carId: 1n, latE7: 0, lngE7: 0 }),
  );
  await test.storage[Symbol.asyncDispose]();

  const now = () => NOON_MS + 4_990_000 + HOUR_MS;
  await using storage = await openStorage(test.spec, { now, retentionMs: HOUR_MS });
  const { positions } = await eventually("all is deleted that is old", async () => {
    const stats = await storage.stats();
    return stats.positions <= 10 + 1 + cars.length + 2 && stats;
  });
  equal(positions, 10 + 1 + cars.length + 2);
  equal((await allFixes(storage)).length, 11);
  deepEqual((await allFixes(storage, 1n)).map(({ flags }) => flags), [0, FIX_FLAGS.nullIsland]);
  equal((await allFixes(storage, 550n)).length, 1);
});

Deno.test("retention - what comes again after it was deleted is not counted again", async () => {
  let nowMs = NOON_MS;
  await using test = await TestStore.open("sqlite", { now: () => nowMs });
  const { id } = await test.storage.startRide(rideOf(), NOON_MS);
  const fixes = Array.from({ length: 100 }, (_, n) => fixAt(n));
  await store(test.storage, ...fixes);
  const { distanceMicrometers } = await test.storage.getRide(id);
  await test.storage[Symbol.asyncDispose]();

  nowMs += 2 * HOUR_MS;
  await using storage = await openStorage(test.spec, { now: () => nowMs, retentionMs: HOUR_MS });
  await eventually(
    "all but the latest is deleted",
    async () => (await storage.stats()).positions === 1,
  );
  await store(storage, ...fixes);
  const ride = await storage.getRide(id);
  deepEqual([ride.positionCount, ride.distanceMicrometers], [100, distanceMicrometers]);
  equal((await storage.stats()).positions, 1);
  // A car that is heard of for the first time is where it was last.
  await store(storage, fixAt(0, 0, { carId: 99n }));
  equal((await allFixes(storage, 99n)).length, 1);
});

Deno.test("retention - deletes rides by their end, and keeps those under way", async () => {
  let nowMs = NOON_MS;
  await using test = await TestStore.open("sqlite", { now: () => nowMs });
  const old = await test.storage.startRide(rideOf(), undefined);
  await test.storage.changeRide(old.id, { action: "complete" });
  const active = await test.storage.startRide(rideOf(), undefined);
  nowMs += 2 * HOUR_MS;
  const young = await test.storage.startRide(rideOf({ carId: 8n }), undefined);
  await test.storage.changeRide(young.id, { action: "complete" });
  await test.storage[Symbol.asyncDispose]();

  await using storage = await openStorage(test.spec, { now: () => nowMs, retentionMs: HOUR_MS });
  await eventually("the old one is deleted", async () => (await storage.stats()).rides === 2);
  await rejects(storage.getRide(old.id), NotFound);
  equal((await storage.getRide(active.id)).state, "ACTIVE");
  equal((await storage.getRide(young.id)).state, "COMPLETED");
});
