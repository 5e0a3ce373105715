import { deepEqual, equal } from "node:assert/strict";
import { toE7 } from "../../rides/domain/fix.ts";
import { CarsInBox, SomeCars } from "../../rides/live/car_scope.ts";
import { fixAt } from "../support/fixes.ts";

/** South, west, north, east; and the places that are in it, and that are not. */
const BOXES: [string, number[], [number, number][], [number, number][]][] = [
  [
    "a plain box, with its edges and corners",
    [-10, 20, 10, 40],
    [[0, 30], [-10, 20], [10, 40], [10, 30]],
    [[0, 19.9999999], [0, 40.0000001], [10.0000001, 30], [-10.0000001, 30], [0, -30]],
  ],
  [
    "a box across the antimeridian",
    [-10, 170, 10, -170],
    [[0, 175], [0, -175], [0, 180], [0, -180], [0, 170], [0, -170]],
    [[0, 169.9999999], [0, -169.9999999], [0, 0], [11, 180]],
  ],
  ["a box that ends at the antimeridian in the east", [-10, 170, 10, 180], [[0, -180]], [[
    0,
    -179,
  ]]],
  ["a box that ends there in the west", [-10, -180, 10, -170], [[0, 180]], [[0, 179]]],
  ["a box that reaches a pole", [80, 20, 90, 30], [[90, 0], [90, -170], [85, 25]], [[85, 0]]],
  ["the whole Earth", [-90, -180, 90, 180], [[90, 0], [-90, 12], [0, 180], [0, 0]], []],
  ["a single point", [1, 2, 1, 2], [[1, 2]], [[1, 2.0000001]]],
  ["a meridian", [-90, 0, 90, 0], [[0, 0], [50, 0]], [[0, 0.0000001], [0, 180]]],
];

for (const [title, [south, west, north, east], inside, outside] of BOXES) {
  Deno.test(`CarsInBox - ${title}`, () => {
    const box = new CarsInBox({
      south: toE7(south!),
      west: toE7(west!),
      north: toE7(north!),
      east: toE7(east!),
    });
    const isIn = ([lat, lng]: [number, number]) => box.has(fixAt(1n, 1, { lat, lng }));
    deepEqual(inside.filter((place) => !isIn(place)), []);
    deepEqual(outside.filter(isIn), []);
  });
}

Deno.test("SomeCars - the same cars are the same scope, in whatever order and however often", () => {
  equal(new SomeCars([3n, 1n, 3n]).key, new SomeCars([1n, 3n]).key);
  deepEqual(new Set([[1n], [3n], [1n, 3n], [13n]].map((ids) => new SomeCars(ids).key)).size, 4);
});

Deno.test("SomeCars - are those named, and no others", () => {
  const cars = new SomeCars([9n, 2n ** 63n - 1n, 3n, 9n, 1n]);
  equal(cars.listedCars, 4);
  const numbers = [0n, 1n, 2n, 3n, 4n, 9n, 10n, 2n ** 63n - 2n, 2n ** 63n - 1n];
  const named = [1n, 3n, 9n, 2n ** 63n - 1n];
  deepEqual(numbers.filter((carId) => cars.has(fixAt(carId, 1))), named);
  const rides = new Set<string>();
  const touched = numbers.filter((carId) => cars.mayConcern({ cars: new Set([carId]), rides }));
  deepEqual(touched, named);
  // Many are gone through the other way around.
  equal(cars.mayConcern({ cars: new Set([2n, 4n, 5n, 6n, 7n]), rides }), false);
  equal(cars.mayConcern({ cars: new Set([2n, 4n, 5n, 6n, 9n]), rides }), true);
});
