import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { toE7 } from "../../rides/domain/fix.ts";
import { drivenMicrometers, isTooFast, metersBetween } from "../../rides/domain/way.ts";

const at = (lat: number, lng: number, timeMs = 0) => ({
  latE7: toE7(lat),
  lngE7: toE7(lng),
  timeMs,
});

/** Of a degree of a great circle, by the mean radius of the Earth. */
const DEGREE_METERS = 6_371_008.8 * Math.PI / 180;

const KNOWN: [string, [number, number], [number, number], number][] = [
  ["a degree of a meridian", [0, 0], [1, 0], DEGREE_METERS],
  ["a degree of the equator", [0, 10], [0, 11], DEGREE_METERS],
  ["a degree across the antimeridian", [0, 179.5], [0, -179.5], DEGREE_METERS],
  ["two degrees over the pole", [89, 0], [89, 180], 2 * DEGREE_METERS],
  ["half of the Earth", [0, 0], [0, 180], 180 * DEGREE_METERS],
  ["no way at a pole, whatever the longitude", [90, 12], [90, -77], 0],
];

for (const [what, [latA, lngA], [latB, lngB], meters] of KNOWN) {
  Deno.test(`metersBetween - ${what}`, () => {
    const measured = metersBetween({ lat: latA, lng: lngA }, { lat: latB, lng: lngB });
    ok(Math.abs(measured - meters) < 1e-3, `${measured}`);
  });
}

Deno.test("drivenMicrometers - is a whole number, the same there and back", () => {
  const place = fc.tuple(
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
  );
  fc.assert(fc.property(place, place, ([latA, lngA], [latB, lngB]) => {
    const [a, b] = [at(latA, lngA), at(latB, lngB, 1e9)];
    ok(Number.isSafeInteger(drivenMicrometers(a, b)));
    equal(drivenMicrometers(a, b), drivenMicrometers({ ...b, timeMs: 0 }, { ...a, timeMs: 1e9 }));
  }));
});

Deno.test("isTooFast - from 70 m/s on, and what is too fast has no length", () => {
  const [start, degree] = [at(0, 0), DEGREE_METERS / 70];
  const [fast, slow] = [at(1, 0, degree * 1000 - 1), at(1, 0, degree * 1000 + 1)];
  ok(isTooFast(start, fast));
  equal(drivenMicrometers(start, fast), 0);
  ok(!isTooFast(start, slow));
  equal(drivenMicrometers(start, slow), Math.round(DEGREE_METERS * 1e6));
});
