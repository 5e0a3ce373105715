import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { locationOf, type StoredFix, toE7 } from "../../rides/domain/fix.ts";
import type { Location } from "../../rides/domain/location.ts";
import { metersBetween } from "../../rides/domain/way.ts";
import { CarIndex } from "../../rides/live/car_index.ts";
import { checkProperty } from "../support/property.ts";
import { fixAt } from "../support/fixes.ts";

const HALF_WAY_AROUND = Math.PI * 6_371_008.8;

/** Beyond it chords and sines tell no decimetres apart. */
const ALL_BUT_HALF_WAY = 0.999 * HALF_WAY_AROUND;

/** Anywhere, but often where it is difficult: at the poles, the antimeridian, in one spot or city. */
const location: fc.Arbitrary<Location> = fc.oneof(
  fc.record({ lat: degrees(-90, 90), lng: degrees(-180, 180) }),
  fc.record({ lat: fc.constantFrom(-90, 90, 89.9999, -89.99999), lng: degrees(-180, 180) }),
  fc.record({ lat: degrees(-1, 1), lng: fc.constantFrom(-180, 180, 179.9999999, -179.99) }),
  fc.record({ lat: degrees(51.4, 51.6), lng: degrees(-0.3, 0.1) }),
  fc.constantFrom({ lat: 0, lng: 0 }, { lat: 51.46, lng: -0.2 }),
);

const radius = fc.oneof(
  degrees(0.001, 2 * HALF_WAY_AROUND),
  fc.constantFrom(0.01, 1, 1_000, 100_000, HALF_WAY_AROUND, 1e12),
);

Deno.test("CarIndex - finds what going through all cars finds, the nearest first", () => {
  const moves = fc.array(
    fc.record({ car: fc.integer({ min: 1, max: 200 }), at: location, timeMs: fc.nat(20) }),
    { maxLength: 400 },
  );
  const search = fc.record({
    at: location,
    radius,
    limit: fc.integer({ min: 1, max: 60 }),
    fromMs: fc.oneof(fc.constant(-Infinity), fc.nat(25)),
  });
  checkProperty(fc.property(moves, fc.array(search, { maxLength: 5 }), (moves, searches) => {
    const index = new CarIndex();
    const latest = new Map<bigint, StoredFix>();
    for (const { car, at, timeMs } of moves) {
      const fix = fixAt(BigInt(car), timeMs, at);
      index.put(fix);
      const known = latest.get(fix.carId);
      if (!known || known.timeMs < timeMs) latest.set(fix.carId, fix);
    }
    equal(index.size, latest.size);
    for (const { at, radius, limit, fromMs } of searches) {
      const expected = [...latest.values()]
        .filter(({ timeMs }) => timeMs >= fromMs)
        .map((car) => ({ car, distanceMeters: metersBetween(at, locationOf(car)) }))
        .filter(({ distanceMeters }) => distanceMeters <= radius)
        .sort((a, b) => a.distanceMeters - b.distanceMeters)
        .slice(0, limit);
      const found = index.nearest(at, radius, limit, fromMs);
      // Cars that are equally far may change places, so distances are compared, and cars by themselves.
      equal(found.length, expected.length);
      found.forEach(({ distanceMeters }, index) => {
        const away = Math.abs(distanceMeters - expected[index]!.distanceMeters);
        ok(away < (distanceMeters < ALL_BUT_HALF_WAY ? 1e-6 : 0.5), `${away} m off`);
      });
      equal(new Set(found.map(({ car }) => car.carId)).size, found.length);
      for (const { car, distanceMeters } of found) {
        equal(car, latest.get(car.carId));
        equal(distanceMeters, metersBetween(at, locationOf(car)));
      }
    }
  }));
});

Deno.test("CarIndex - lists cars in the order of their numbers, whenever they came", () => {
  const step = fc.oneof(
    fc.record({ add: fc.bigInt({ min: 1n, max: 60n }) }),
    fc.record({ listAfter: fc.bigInt({ min: 0n, max: 61n }) }),
  );
  checkProperty(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const index = new CarIndex();
    const known = new Set<bigint>();
    for (const step of steps) {
      if ("add" in step) {
        index.put(fixAt(step.add, 1));
        known.add(step.add);
        continue;
      }
      const expected = [...known].filter((id) => id > step.listAfter).sort((a, b) => Number(a - b));
      deepEqual([...index.after(step.listAfter)].map(({ carId }) => carId), expected);
    }
  }));
});

Deno.test("CarIndex - a late fix does not move the latest", () => {
  const index = new CarIndex();
  const late = fixAt(7n, 1_000, { lat: 1, lng: 1 });
  const latest = fixAt(7n, 2_000, { lat: 2, lng: 2 });
  index.put(latest);
  index.put(late);
  index.put({ ...latest, latE7: 0 });
  equal(index.latest(7n), latest);
  equal(index.nearest({ lat: 2, lng: 2 }, 1, 10).length, 1);
  equal(index.latest(8n), undefined);
});

Deno.test("CarIndex - a car in whose spot there were as many as share a leaf is found by its age", () => {
  const index = new CarIndex();
  const spot = { lat: 51.46, lng: -0.2 };
  index.put(fixAt(1n, 1, { lat: -90, lng: 0 }));
  for (let car = 2n; car <= 33n; car++) index.put(fixAt(car, 1, spot));
  index.put(fixAt(34n, 2, spot));
  deepEqual(index.nearest(spot, 1, 50, 2).map(({ car }) => car.carId), [34n]);
});

Deno.test("CarIndex - a hundred thousand cars in one spot, and then elsewhere, are found", () => {
  const index = new CarIndex();
  const spot = { lat: 51.46, lng: -0.2 };
  for (let car = 1n; car <= 100_000n; car++) index.put(fixAt(car, 1, spot));
  equal(index.nearest(spot, 1, 50).length, 50);
  for (let car = 1n; car <= 100_000n; car++) {
    index.put(fixAt(car, 2, { lat: 0, lng: Number(car) / 1_000 }));
  }
  const found = index.nearest({ lat: 0, lng: 50 }, 1_000_000, 3);
  deepEqual(found.map(({ car }) => car.carId)[0], 50_000n);
  ok(index.nearest(spot, 1, 50).length === 0);
});

function degrees(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true }).map((value) => toE7(value) / 1e7);
}
