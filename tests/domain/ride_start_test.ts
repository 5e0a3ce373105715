import { deepEqual, throws } from "node:assert/strict";
import { InvalidArgument } from "../../rides/domain/failure.ts";
import { validatePosition } from "../../rides/domain/position.ts";
import { type RideStart, validateRideStart } from "../../rides/domain/ride_start.ts";

const NOW_MS = Date.UTC(2026, 0, 1);

const RIDE: RideStart = { carId: 7n, driverId: "John Doe", passengerIds: ["M", "Q"], type: 1 };

function refusals(changes: Partial<RideStart>): string[] {
  return violations(() => validateRideStart({ ...RIDE, ...changes }, NOW_MS));
}

function violations(validate: () => void): string[] {
  try {
    validate();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error;
    return error.violations.map(({ field, reason }) => `${field}: ${reason}`);
  }
}

const at = (iso: string) => ({ seconds: Date.parse(iso) / 1000, nanos: 0 });

const REFUSED: [string, Partial<RideStart>, string[]][] = [
  ["no driver", { driverId: "" }, ["driver_id: empty"]],
  ["car 0", { carId: 0n }, ["car_id: must be positive"]],
  ["a negative car", { carId: -(2n ** 63n) }, ["car_id: must be positive"]],
  ["an empty passenger", { passengerIds: ["M", ""] }, ["passengers_ids[1]: empty"]],
  ["a passenger twice", { passengerIds: ["M", "M"] }, ['passengers_ids: duplicate "M"']],
  [
    "a driver with a long name",
    { driverId: "x".repeat(257) },
    ["driver_id: 257 characters are more than 256"],
  ],
  [
    "a long passenger",
    { passengerIds: ["x".repeat(257)] },
    ["passengers_ids[0]: 257 characters are more than 256"],
  ],
  [
    "more passengers than a bus has",
    { passengerIds: Array.from({ length: 501 }, (_, index) => `${index}`) },
    ["passengers_ids: 501 passengers are more than 500"],
  ],
  ["an unknown type", { type: 7 }, ["type: unknown value 7"]],
  ["a negative type", { type: -1 }, ["type: unknown value -1"]],
  [
    "a latitude beyond the pole",
    { location: { lat: 91, lng: 0 } },
    ["location.lat: 91 is out of range [-90, 90]"],
  ],
  [
    "a longitude beyond the date line",
    { location: { lat: 0, lng: -180.5 } },
    ["location.lng: -180.5 is out of range [-180, 180]"],
  ],
  [
    "no number",
    { location: { lat: NaN, lng: Infinity } },
    [
      "location.lat: NaN is out of range [-90, 90]",
      "location.lng: Infinity is out of range [-180, 180]",
    ],
  ],
  [
    "a time before the service could exist",
    { time: at("1999-12-31T23:59:59Z") },
    ["time: 1999-12-31T23:59:59Z is before 2000-01-01"],
  ],
  [
    "a time too far ahead",
    { time: at("2026-01-02T00:00:01Z") },
    ["time: 2026-01-02T00:00:01Z is more than 24 hours in the future"],
  ],
  [
    "a time beyond every calendar",
    { time: { seconds: 2 ** 62, nanos: 0 } },
    ["time: 4611686018427388000 s since 1970 is more than 24 hours in the future"],
  ],
  [
    "nanoseconds of another second",
    { time: { seconds: NOW_MS / 1000, nanos: 1e9 } },
    ["time: nanos: 1000000000 is out of range [0, 999999999]"],
  ],
  [
    "everything",
    { carId: 0n, driverId: "", passengerIds: ["", ""], type: 2 },
    [
      "car_id: must be positive",
      "driver_id: empty",
      "passengers_ids[0]: empty",
      "passengers_ids[1]: empty",
      "type: unknown value 2",
    ],
  ],
];

for (const [what, changes, expected] of REFUSED) {
  Deno.test(`validateRideStart - refuses ${what}`, () => {
    deepEqual(refusals(changes), expected);
  });
}

const ACCEPTED: [string, Partial<RideStart>][] = [
  ["neither time nor location", {}],
  ["no passengers", { passengerIds: [] }],
  ["the largest car", { carId: 2n ** 63n - 1n }],
  ["the corners of the Earth", { location: { lat: -90, lng: 180 } }],
  ["the earliest time", { time: at("2000-01-01T00:00:00Z") }],
  ["a local clock that is 24 hours ahead", { time: at("2026-01-02T00:00:00Z") }],
];

for (const [what, changes] of ACCEPTED) {
  Deno.test(`validateRideStart - accepts ${what}`, () => {
    deepEqual(refusals(changes), []);
  });
}

Deno.test("validatePosition - asks for a time and a location", () => {
  deepEqual(violations(() => validatePosition({ carId: 7n }, NOW_MS)), [
    "time: missing",
    "location: missing",
  ]);
});

Deno.test("validatePosition - names the position in the message, not in the field", () => {
  const position = { carId: 7n, time: at("2022-02-22T14:36:09Z"), location: { lat: 91, lng: 0 } };
  throws(
    () => validatePosition(position, NOW_MS, (message) => `position 17: ${message}`),
    { message: "position 17: location.lat: 91 is out of range [-90, 90]" },
  );
  deepEqual(violations(() => validatePosition(position, NOW_MS)), [
    "location.lat: 91 is out of range [-90, 90]",
  ]);
});
