/** What every store promises, over each of them. */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import type { Commit, PlacedChange } from "../../rides/domain/commit.ts";
import {
  Aborted,
  AlreadyExists,
  FailedPrecondition,
  NotFound,
  OutOfRange,
  ResourceExhausted,
} from "../../rides/domain/failure.ts";
import { FIX_FLAGS, type StoredFix } from "../../rides/domain/fix.ts";
import { drivenMicrometers } from "../../rides/domain/way.ts";
import type { Ride } from "../../rides/domain/ride.ts";
import type { RideState } from "../../rides/domain/ride_state.ts";
import type { Storage } from "../../rides/storage/mod.ts";
import { UUID_V7 } from "../support/rides.ts";
import { driveOf } from "./support/naive_model.ts";
import { allFixes, store, TestStore } from "./support/stores.ts";
import { fixAt, NOON_MS, rideOf } from "./support/values.ts";

const ALL = { states: [] };

/** A commit with all that is read of it when it is asked for. */
const whole = ({ sequence, changes, latest }: Commit) => ({ sequence, changes, latest });

for (const kind of ["memory", "sqlite"] as const) {
  const test = (criterion: string, body: (storage: Storage) => Promise<void>) =>
    Deno.test(`${kind} store - ${criterion}`, async () => {
      await using store = await TestStore.open(kind);
      await body(store.storage);
    });

  test("keeps a fix with all its numbers, and when it was taken", async (storage) => {
    const known = { speedCmps: 1_234, headingCdeg: 35_999, accuracyCm: 0 };
    const before = Date.now();
    await store(storage, fixAt(0), fixAt(1, 1, known));
    const fixes = await allFixes(storage);
    deepEqual(fixes.map(({ receivedMs: _, ...fix }) => fix), [
      { ...fixAt(0), flags: 0 },
      { ...fixAt(1, 1, known), flags: 0 },
    ]);
    ok(fixes.every(({ receivedMs }) => receivedMs >= before && receivedMs <= Date.now()));
  });

  test("keeps cars with numbers up to 2^63 - 1 apart", async (storage) => {
    const carIds = [1n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n];
    await store(storage, ...carIds.map((carId, n) => fixAt(n, n, { carId })));
    for (const [n, carId] of carIds.entries()) {
      deepEqual((await allFixes(storage, carId)).map(({ timeMs }) => timeMs), [fixAt(n).timeMs]);
    }
    const latest = [];
    for await (const piece of storage.latestFixes()) latest.push(...piece);
    deepEqual(latest.map(({ carId }) => carId), carIds);
    const ride = await storage.startRide(rideOf({ carId: 2n ** 63n - 1n }), NOON_MS);
    equal((await storage.getRide(ride.id)).carId, 2n ** 63n - 1n);
  });

  test("lists the fixes of a span by their time, as many as are asked for", async (storage) => {
    await store(storage, ...[4, 2, 0, 3, 1].map((second) => fixAt(second)));
    await store(storage, fixAt(2, 2, { carId: 8n }));
    const at = async (...[from, to, limit]: [number, number, number]) =>
      (await storage.listFixes(7n, fixAt(from).timeMs, fixAt(to).timeMs, limit)).toFixes()
        .map(({ timeMs }) => (timeMs - NOON_MS) / 1_000);
    deepEqual(await at(1, 4, 10), [1, 2, 3]);
    deepEqual(await at(0, 5, 2), [0, 1]);
    deepEqual(await at(5, 9, 2), []);
  });

  test("keeps the same fix once, and the first of two places at one time", async (storage) => {
    await store(storage, fixAt(0), fixAt(1), fixAt(1));
    await store(storage, fixAt(1));
    await store(storage, fixAt(0, 9));
    const fixes = await allFixes(storage);
    deepEqual(fixes.map(({ latE7, flags }) => ({ latE7, flags })), [
      { latE7: fixAt(0).latE7, flags: FIX_FLAGS.conflict },
      { latE7: fixAt(1).latE7, flags: 0 },
    ]);
    equal((await storage.stats()).positions, 2);
  });

  test("keeps a place once, whichever of its longitudes is told", async (storage) => {
    const antimeridian = (lngE7: number) => fixAt(0, 0, { latE7: 0, lngE7 });
    const pole = (lngE7: number) => fixAt(1, 0, { latE7: 90e7, lngE7 });
    await store(storage, antimeridian(180e7), antimeridian(-180e7), pole(12e7), pole(-77e7));
    const fixes = await allFixes(storage);
    deepEqual(fixes.map(({ lngE7, flags }) => [lngE7, flags & FIX_FLAGS.conflict]), [
      [180e7, 0],
      [12e7, 0],
    ]);
  });

  test("flags what is too fast, also when what is between comes late", async (storage) => {
    const flags = async () => (await allFixes(storage)).map(({ flags }) => flags);
    await store(storage, fixAt(0, 0), fixAt(10, 100));
    deepEqual(await flags(), [0, FIX_FLAGS.tooFast]);
    await store(storage, fixAt(5, 95));
    deepEqual(await flags(), [0, FIX_FLAGS.tooFast, 0]);
  });

  test("leaves fixes at 0° N, 0° E out of the way, and keeps them", async (storage) => {
    const ride = await storage.startRide(rideOf(), NOON_MS);
    await store(storage, fixAt(0), fixAt(1, 0, { latE7: 0, lngE7: 0 }), fixAt(2));
    deepEqual((await allFixes(storage)).map(({ flags }) => flags), [0, FIX_FLAGS.nullIsland, 0]);
    const { positionCount, distanceMicrometers } = await storage.getRide(ride.id);
    equal(positionCount, 3);
    equal(distanceMicrometers, drivenMicrometers(fixAt(0), fixAt(2)));
  });

  test("goes on from a fix that came late, behind one at 0° N, 0° E", async (storage) => {
    const ride = await storage.startRide(rideOf(), NOON_MS);
    await store(storage, fixAt(0), fixAt(10, 0, { latE7: 0, lngE7: 0 }));
    await store(storage, fixAt(5));
    await store(storage, fixAt(20));
    equal(
      (await storage.getRide(ride.id)).distanceMicrometers,
      drivenMicrometers(fixAt(0), fixAt(5)) + drivenMicrometers(fixAt(5), fixAt(20)),
    );
  });

  test("measures a ride by the fixes of its time, whenever they come", async (storage) => {
    await store(storage, fixAt(-1), fixAt(0));
    const { id } = await storage.startRide(rideOf(), NOON_MS);
    await store(storage, fixAt(1), fixAt(3, 5));
    const measured = async () => {
      const { positionCount, distanceMicrometers } = await storage.getRide(id);
      return { positionCount, distanceMicrometers };
    };
    const way = (...fixes: [seconds: number, steps: number][]) =>
      fixes.slice(1).reduce(
        (sum, to, n) => sum + drivenMicrometers(fixAt(...fixes[n]!), fixAt(...to)),
        0,
      );
    deepEqual(await measured(), {
      positionCount: 3,
      distanceMicrometers: way([0, 0], [1, 1], [3, 5]),
    });
    await storage.changeRide(id, { action: "complete" });
    await store(storage, fixAt(2));
    deepEqual(await measured(), {
      positionCount: 4,
      distanceMicrometers: way([0, 0], [1, 1], [2, 2], [3, 5]),
    });
  });

  test("ends a ride without the fixes that are ahead of the clock", async (storage) => {
    const { id } = await storage.startRide(rideOf(), NOON_MS);
    const ahead = (seconds: number) => fixAt(0, seconds, { timeMs: Date.now() + seconds * 1_000 });
    await store(storage, fixAt(0), fixAt(1), ahead(1_000), ahead(1_001));
    equal((await storage.getRide(id)).positionCount, 4);
    const ended = await storage.changeRide(id, { action: "complete" });
    equal(ended.positionCount, 2);
    equal(ended.distanceMicrometers, drivenMicrometers(fixAt(0), fixAt(1)));
    deepEqual(await storage.getRide(id), ended);
  });

  test("starts rides that it finds again", async (storage) => {
    const asked = rideOf({ pickup: { lat: 51.46, lng: -0.2 }, dropoff: { lat: -90, lng: 180 } });
    const ride = await storage.startRide(asked, NOON_MS);
    match(ride.id, UUID_V7);
    const { id, createMs, ...rest } = ride;
    deepEqual(rest, {
      ...asked,
      state: "ACTIVE",
      startMs: NOON_MS,
      distanceMicrometers: 0,
      positionCount: 0,
      revision: 1,
    });
    ok(Math.abs(createMs - Date.now()) < 60_000);
    deepEqual(await storage.getRide(id), ride);
    await rejects(storage.getRide("no-such-ride"), NotFound);
  });

  test("refuses a second ride of a car, and names the first", async (storage) => {
    const first = await storage.startRide(rideOf(), undefined);
    await rejects(storage.startRide(rideOf({ type: "POOL" }), undefined), (error: Error) => {
      ok(error instanceof FailedPrecondition);
      match(error.message, new RegExp(`rides/${first.id}`));
      return true;
    });
    await storage.startRide(rideOf({ carId: 8n, type: "POOL" }), undefined);
    await storage.startRide(rideOf({ carId: 8n, type: "POOL" }), undefined);
    await storage.changeRide(first.id, { action: "complete" });
    await storage.startRide(rideOf(), undefined);
  });

  test("starts 10,000 rides of a car that are POOL, and no more", async (storage) => {
    const start = () => storage.startRide(rideOf({ type: "POOL" }), NOON_MS);
    const [first] = await Promise.all(Array.from({ length: 10_000 }, start));
    await rejects(start(), ResourceExhausted);
    await storage.changeRide(first!.id, { action: "complete" });
    await start();
  });

  test("counts a position for each of a car's rides that hold it", async (storage) => {
    const starts = [-5, 0, 2, 2.5, 4, 5.5].map((seconds) => NOON_MS + seconds * 1_000);
    const start = (startMs: number) => storage.startRide(rideOf({ type: "POOL" }), startMs);
    const rides = await Promise.all(starts.map(start));
    const nowhere = { latE7: 0, lngE7: 0 };
    const fixes = [0, 1, 2, 3, 5, 6, 8, 9, 10].map((at) => fixAt(at, at, at === 3 ? nowhere : {}));
    // In order at once, and one by one; and late ones among them.
    const late = [fixAt(4), fixAt(7, 9)];
    await store(storage, ...fixes.slice(0, 5));
    for (const fix of fixes.slice(5)) await store(storage, fix);
    await store(storage, ...late);
    const all = [...fixes, ...late].toSorted((a, b) => a.timeMs - b.timeMs);
    for (const [n, { id }] of rides.entries()) {
      const { positionCount, distanceMicrometers } = await storage.getRide(id);
      const expected = driveOf({ carId: 7n, startMs: starts[n]! }, all);
      deepEqual({ positionCount, distanceMicrometers }, expected);
    }
  });

  test("starts one of two rides of a car that come at once", async (storage) => {
    const results = await Promise.allSettled([
      storage.startRide(rideOf(), undefined),
      storage.startRide(rideOf(), undefined),
    ]);
    deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected"]);
  });

  test("leads a ride through its life, and counts its revisions", async (storage) => {
    const { id, state } = await storage.createRide(rideOf({ carId: 0n, driverId: "" }), "");
    equal(state, "REQUESTED");
    const assigned = await storage.changeRide(
      id,
      { action: "assign", carId: 7n, driverId: "John" },
      1,
    );
    deepEqual([assigned.state, assigned.carId, assigned.revision], ["ASSIGNED", 7n, 2]);
    await rejects(storage.changeRide(id, { action: "arrive" }, 1), Aborted);
    await rejects(storage.changeRide(id, { action: "begin" }), FailedPrecondition);
    await rejects(storage.changeRide("no-such-ride", { action: "begin" }), NotFound);
    await storage.changeRide(id, { action: "arrive" });
    await storage.changeRide(id, { action: "begin" });
    const completed = await storage.changeRide(id, { action: "complete" }, 4);
    deepEqual([completed.state, completed.revision], ["COMPLETED", 5]);
    ok(completed.endMs! >= completed.startMs!);
    deepEqual(await storage.getRide(id), completed);
  });

  test("answers a repeated request with the ride that it created", async (storage) => {
    const first = await storage.createRide(rideOf(), "request-1");
    equal(first.state, "ASSIGNED");
    const arrived = await storage.changeRide(first.id, { action: "arrive" });
    deepEqual(await storage.createRide(rideOf(), "request-1"), arrived);
    await rejects(storage.createRide(rideOf({ carId: 8n }), "request-1"), AlreadyExists);
    notEqual(
      (await storage.createRide(rideOf(), "")).id,
      (await storage.createRide(rideOf(), "")).id,
    );
  });

  test("lists rides by state, car, driver and time, the newest first, in pages", async (storage) => {
    const made = [];
    for (let n = 0; n < 6; n++) {
      const driverId = n % 3 === 0 ? "Ann" : "Ben";
      made.unshift(await storage.createRide(rideOf({ carId: BigInt(1 + n % 2), driverId }), ""));
    }
    deepEqual(await storage.listRides(ALL, 100), { rides: made, more: false });
    deepEqual(await storage.listRides(ALL, 2), { rides: made.slice(0, 2), more: true });
    deepEqual(await storage.listRides(ALL, 2, made[3]), { rides: made.slice(4), more: false });
    const matching = async (filter: object) =>
      (await storage.listRides({ ...ALL, ...filter }, 100)).rides;
    deepEqual(await matching({ carId: 2n }), made.filter(({ carId }) => carId === 2n));
    deepEqual(await matching({ driverId: "Ann" }), [made[2], made[5]]);
    const canceled = await storage.changeRide(made[3]!.id, { action: "cancel" });
    deepEqual(await matching({ states: ["CANCELED", "ACTIVE"] }), [canceled]);
    const { createMs } = made[2]!;
    deepEqual(
      (await matching({ createFromMs: createMs })).map(({ id }) => id),
      made.filter((ride) => ride.createMs >= createMs).map(({ id }) => id),
    );
    deepEqual(
      (await matching({ createToMs: createMs })).map(({ id }) => id),
      made.filter((ride) => ride.createMs < createMs).map(({ id }) => id),
    );
  });

  test("never moves the latest fix of a car backward", async (storage) => {
    await store(storage, fixAt(5), fixAt(1, 1, { carId: 9n }));
    await store(storage, fixAt(3), fixAt(4));
    const latest: StoredFix[] = [];
    for await (const piece of storage.latestFixes()) latest.push(...piece);
    deepEqual(latest.map(({ carId, timeMs }) => [carId, timeMs]), [
      [7n, fixAt(5).timeMs],
      [9n, fixAt(1).timeMs],
    ]);
  });

  test("lists rides by a state that is named more often than SQLite has variables", async (storage) => {
    const ride = await storage.startRide(rideOf(), NOON_MS);
    const states = Array<RideState>(40_000).fill("ACTIVE");
    deepEqual(await storage.listRides({ states }, 100), { rides: [ride], more: false });
  });

  test("lists the largest rides a few at a time", async (storage) => {
    const passengersIds = Array<string>(500).fill("x".repeat(256));
    const made = [];
    for (let n = 0; n < 7; n++) {
      made.unshift(await storage.createRide(rideOf({ passengersIds }), ""));
    }
    const found: Ride[] = [];
    for (let more = true; more;) {
      const listed = await storage.listRides(ALL, 100, found.at(-1));
      ok(listed.rides.length >= 1 && listed.rides.length <= 3);
      found.push(...listed.rides);
      more = listed.more;
    }
    deepEqual(found, made);
  });

  test("tells of every commit, in order, before its callers are answered", async (storage) => {
    const commits: Commit[] = [];
    storage.onCommit((commit) => commits.push(commit));
    equal(storage.lastSequence, 0);
    const ride = await storage.startRide(rideOf(), NOON_MS);
    deepEqual(commits.map(whole), [{
      sequence: 1,
      changes: [{ kind: "ride", ride, carId: 7n, before: undefined }],
      latest: [],
    }]);
    await store(storage, fixAt(2), fixAt(1), fixAt(3));
    equal(commits.length, 2);
    deepEqual(
      commits[1]!.changes.map((change) => change.kind === "fix" && change.fix.timeMs),
      [fixAt(2).timeMs, fixAt(3).timeMs],
    );
    deepEqual(
      commits[1]!.changes.map(({ carId, before }) => ({ carId, latE7: before?.latE7 })),
      [{ carId: 7n, latE7: undefined }, { carId: 7n, latE7: fixAt(2).latE7 }],
    );
    await store(storage, fixAt(0), fixAt(3));
    equal(commits.length, 2, "what came late or twice changes no latest");
    equal(storage.lastSequence, 2);
    deepEqual((await storage.journal(0)).map(whole), commits.map(whole));
    deepEqual((await storage.journal(1)).map(whole), commits.slice(1).map(whole));
    deepEqual(await storage.journal(2), []);
    await rejects(storage.journal(3), OutOfRange);
  });

  test("tells with each change where its car was before, by its latest fix", async (storage) => {
    const changes: PlacedChange[] = [];
    storage.onCommit((commit) => changes.push(...commit.changes));
    const place = (seconds: number) => {
      const { latE7, lngE7 } = fixAt(seconds);
      return { latE7, lngE7 };
    };
    await store(storage, fixAt(0), fixAt(1, 1, { carId: 8n }));
    await store(storage, fixAt(2));
    const { id } = await storage.createRide(rideOf(), "");
    await storage.changeRide(id, { action: "unassign" });
    deepEqual(changes.map(({ kind, carId, before }) => ({ kind, carId, before })), [
      { kind: "fix", carId: 7n, before: undefined },
      { kind: "fix", carId: 8n, before: undefined },
      { kind: "fix", carId: 7n, before: place(0) },
      { kind: "ride", carId: 7n, before: place(2) },
      { kind: "ride", carId: 7n, before: place(2) },
    ]);
    deepEqual((await storage.journal(0)).flatMap(({ changes }) => changes), changes);
  });

  test("tells the latest fix of each car in a commit, as its changes have it", async (storage) => {
    const commits: Commit[] = [];
    storage.onCommit((commit) => commits.push(commit));
    const known = { speedCmps: 1_234, headingCdeg: 35_999, accuracyCm: 0 };
    const others = [2n ** 63n - 1n, 8n].map((carId) => fixAt(1, 2, { ...known, carId }));
    await store(storage, fixAt(0), fixAt(1, 1, known), ...others);
    await store(storage, fixAt(5), fixAt(4), fixAt(6), fixAt(3, 3, { carId: 8n }), fixAt(2));
    for (const { changes, latest } of commits) {
      const fixes = changes.flatMap((change) => change.kind === "fix" ? [change.fix] : []);
      deepEqual(latest, [...new Map(fixes.map((fix) => [fix.carId, fix])).values()]);
    }
    deepEqual(commits.map(({ changes, latest }) => [changes.length, latest.length]), [
      [4, 3],
      [3, 2],
    ]);
  });

  test("answers callers also where a listener throws", async (storage) => {
    storage.onCommit(() => {
      throw new Error("a fault of the listener");
    });
    await store(storage, fixAt(0));
    equal((await allFixes(storage)).length, 1);
  });

  test("numbers persons, and marries every second one", async (storage) => {
    const names = ["trung", "an", "binh"];
    const persons = await Promise.all(names.map((name) => storage.findOrRegister(name)));
    deepEqual(persons, [
      { name: "trung", id: 1, married: false },
      { name: "an", id: 2, married: true },
      { name: "binh", id: 3, married: false },
    ]);
    deepEqual(await storage.findOrRegister("an"), persons[1]);
  });

  test("counts what it holds", async (storage) => {
    await storage.startRide(rideOf(), NOON_MS);
    await store(storage, fixAt(0), fixAt(0, 0, { carId: 8n }), fixAt(1));
    await storage.findOrRegister("trung");
    const { bytes, ...counts } = await storage.stats();
    deepEqual(counts, {
      rides: 1,
      cars: 2,
      positions: 3,
      persons: 1,
      lastSequence: storage.lastSequence,
      oldestSequence: 1,
    });
    ok(bytes > 10_000);
  });
}
