/** That it does not matter in which order, how often and in what company fixes come. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { type Fix, UNKNOWN } from "../../rides/domain/fix.ts";
import type { Ride } from "../../rides/domain/ride.ts";
import type { Storage } from "../../rides/storage/mod.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { driveOf, flagsOf, type Span } from "./support/naive_model.ts";
import { allFixes, store, TestStore } from "./support/stores.ts";
import { NOON_MS, rideOf } from "./support/values.ts";

const CARS = [7n, 8n] as const;
const FIXES = 1_000;
const SECONDS = 4 * FIXES;

/** Where a car is from one fix to the next. */
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ lat: fc.integer({ min: -900, max: 900 }) }) },
  { weight: 1, arbitrary: fc.record({ lat: fc.integer({ min: -9_000_000, max: 9_000_000 }) }) },
  { weight: 1, arbitrary: fc.constant("nowhere" as const) },
);

/** Fixes of both cars by their time, of which each car has one at a time. */
const drives = fc.array(
  fc.record({ second: fc.nat(SECONDS - 1), car: fc.constantFrom(...CARS), step }),
  { minLength: FIXES, maxLength: FIXES },
).map((steps) => {
  const sorted = steps.toSorted((a, b) => a.second - b.second || Number(a.car - b.car))
    .filter(({ second, car }, n, all) => second !== all[n - 1]?.second || car !== all[n - 1]?.car);
  let latE7 = 515_000_000;
  return sorted.map(({ second, car, step }, n): Fix => {
    if (step !== "nowhere") latE7 += step.lat;
    return {
      carId: car,
      timeMs: NOON_MS + second * 1_000,
      ...step === "nowhere" ? { latE7: 0, lngE7: 0 } : { latE7, lngE7: 10 * n },
      speedCmps: n % 2 === 0 ? UNKNOWN : n,
      headingCdeg: n,
      accuracyCm: UNKNOWN,
    };
  });
});

/** When rides of a car begin and end, one after the other. The last one is still under way. */
const times = fc.uniqueArray(fc.nat(SECONDS), { minLength: 1, maxLength: 7 })
  .map((seconds) => seconds.toSorted((a, b) => a - b).map((second) => NOON_MS + second * 1_000));

/** One thing that somebody does with the store. */
type Event =
  | { readonly kind: "fix"; readonly fix: Fix }
  | { readonly kind: "turn"; readonly carId: bigint; readonly nowMs: number };

/** A store that is told `events`, so many at once as `sizes` say, with a ride begun or ended at each turn. */
async function told(kind: "memory" | "sqlite", events: readonly Event[], sizes: readonly number[]) {
  let nowMs = NOON_MS;
  const test = await TestStore.open(kind, { now: () => nowMs });
  const open = new Map<bigint, string>();
  const ids: string[] = [];
  let at = 0;
  for (let turn = 0; at < events.length; turn++) {
    const some = events.slice(at, at += sizes[turn % sizes.length] ?? 1);
    const fixes = some.flatMap((event) => event.kind === "fix" ? [event.fix] : []);
    const stored = store(test.storage, ...fixes);
    for (const event of some) {
      if (event.kind === "fix") continue;
      nowMs = event.nowMs;
      const id = open.get(event.carId);
      open.delete(event.carId);
      if (id !== undefined) await test.storage.changeRide(id, { action: "complete" });
      else {
        const ride = await test.storage.startRide(rideOf({ carId: event.carId }), undefined);
        ids.push(ride.id);
        open.set(event.carId, ride.id);
      }
    }
    await stored;
    if (turn % 20 === 19 && kind === "sqlite") await test.reopen();
  }
  return { test, ids };
}

/** What a store says, without what depends on the clock and on chance. */
async function stateOf(storage: Storage, ids: readonly string[]) {
  const rides = await Promise.all(ids.map((id) => storage.getRide(id)));
  const byCar = (carId: bigint) => rides.filter((ride) => ride.carId === carId).map(told);
  const told = ({ startMs, endMs, distanceMicrometers, positionCount, state }: Ride) => {
    return { startMs, endMs, distanceMicrometers, positionCount, state };
  };
  const latest = [];
  for await (const piece of storage.latestFixes()) latest.push(...piece);
  return {
    rides: CARS.map(byCar),
    fixes: await Promise.all(
      CARS.map(async (carId) =>
        (await allFixes(storage, carId)).map(({ receivedMs: _, ...fix }) => fix)
      ),
    ),
    latest: latest.map(({ receivedMs: _, ...fix }) => fix),
  };
}

/** What it must say. */
function expectedOf(fixes: readonly Fix[], turns: readonly (readonly number[])[]) {
  const ofCars = CARS.map((carId) => fixes.filter((fix) => fix.carId === carId));
  const flagged = ofCars.map((own) => {
    const flags = flagsOf(own);
    return own.map((fix, n) => ({ ...fix, flags: flags[n] }));
  });
  const rides = CARS.map((carId, n) =>
    spansOf(carId, turns[n] ?? []).map((span) => ({
      startMs: span.startMs,
      endMs: span.endMs,
      ...driveOf(span, ofCars[n] ?? []),
      state: span.endMs === undefined ? "ACTIVE" : "COMPLETED",
    }))
  );
  return { rides, fixes: flagged, latest: flagged.flatMap((own) => own.slice(-1)) };
}

function spansOf(carId: bigint, turns: readonly number[]): Span[] {
  return turns.flatMap((startMs, n) =>
    n % 2 === 0 ? [{ carId, startMs, endMs: turns[n + 1] }] : []
  );
}

function turnsOf(turns: readonly (readonly number[])[]): Event[] {
  const events = turns.flatMap((own, n) =>
    own.map((nowMs): Event => ({ kind: "turn", carId: CARS[n] ?? 0n, nowMs }))
  );
  return events.toSorted((
    a,
    b,
  ) => (a.kind === "turn" && b.kind === "turn" ? a.nowMs - b.nowMs : 0));
}

for (const [kind, numRuns] of [["memory", 4], ["sqlite", 1]] as const) {
  Deno.test(`${kind} store - says the same whatever the order, doubled and split`, async () => {
    const disorder = fc.array(fc.nat(), { minLength: 64, maxLength: 64 });
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(
      drives,
      fc.tuple(times, times),
      disorder,
      sizes,
      async (fixes, turns, disorder, sizes) => {
        const expected = expectedOf(fixes, turns);
        const handed = fixes.map((fix): Event => ({ kind: "fix", fix }));
        const orders = {
          straight: mixed(handed, turnsOf(turns), [1]),
          shuffled: mixed(shuffled([...handed, ...handed], disorder), turnsOf(turns), disorder),
        };
        for (const [order, events] of Object.entries(orders)) {
          const { test, ids } = await told(kind, events, sizes);
          await using opened = test;
          const state = await stateOf(opened.storage, ids);
          for (const part of ["fixes", "latest", "rides"] as const) {
            deepEqual(state[part], expected[part], `${part} of fixes that come ${order}`);
          }
          equal((await opened.storage.stats()).positions, fixes.length);
        }
      },
    );
    // To make one smaller that fails would take hours.
    await checkAsyncProperty(property, { numRuns, endOnFailure: true });
  });
}

/** The same in another order, which `numbers` say. */
function shuffled<Value>(values: readonly Value[], numbers: readonly number[]): Value[] {
  return values.map((value, n) => ({ value, rank: rank(n, numbers) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** Both, each in its own order; `numbers` say how many of the first go before each of the second. */
function mixed<Value>(
  many: readonly Value[],
  few: readonly Value[],
  numbers: readonly number[],
): Value[] {
  const places = few.map((_, n) => rank(n, numbers) % (many.length + 1)).toSorted((a, b) => a - b);
  const parts = few.map((value, n) => [...many.slice(places[n - 1] ?? 0, places[n]), value]);
  return [...parts.flat(), ...many.slice(places.at(-1) ?? 0)];
}

function rank(n: number, numbers: readonly number[]): number {
  return ((n + 1) * 2_654_435_761 ^ (numbers[n % numbers.length] ?? 0)) >>> 0;
}
