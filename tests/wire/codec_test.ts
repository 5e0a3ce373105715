import { deepEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Position } from "../../rides/domain/position.ts";
import type { RideStart } from "../../rides/domain/ride_start.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const double = fc.double();

const time = fc.option(fc.record({
  seconds: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  nanos: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
}));
const location = fc.option(fc.record({ lat: double, lng: double }));
const position: fc.Arbitrary<Position> = fc.record({ carId: int64, time, location });
const rideStart: fc.Arbitrary<RideStart> = fc.record({
  carId: int64,
  time,
  location,
  driverId: fc.string({ unit: "binary" }),
  passengerIds: fc.array(fc.string({ unit: "binary" })),
  type: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});

const { Start, Track } = ridesDefinition;

/** The same methods with proto-loader's own codec, the reference. */
const reference = serviceNamed("Rides");

Deno.test("codec - a position comes back as it went", () => {
  fc.assert(fc.property(position, (value) => {
    deepEqual(Track.requestDeserialize(Track.requestSerialize(value)), value);
  }));
});

Deno.test("codec - the start of a ride comes back as it went", () => {
  fc.assert(fc.property(rideStart, (value) => {
    deepEqual(Start.requestDeserialize(Start.requestSerialize(value)), value);
  }));
});

Deno.test("codec - proto-loader reads what we write, and we what it writes", () => {
  fc.assert(fc.property(position, (value) => {
    const bytes = Track.requestSerialize(value);
    const wire = reference["Track"]!.requestDeserialize(bytes);
    deepEqual(wire, {
      car_id: String(value.carId),
      time: value.time && { seconds: String(value.time.seconds), nanos: value.time.nanos },
      location: value.location,
    });
    deepEqual(Track.requestDeserialize(reference["Track"]!.requestSerialize(wire)), value);
  }));
});

Deno.test("codec - a count of positions comes back as it went", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (count) => {
    deepEqual(Track.responseDeserialize(Track.responseSerialize({ count })), { count });
  }));
});

Deno.test("codec - an integer beyond 64 bits is not cut but refused", () => {
  for (const carId of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n + 7n]) {
    throws(() => Track.requestSerialize({ carId }), RangeError);
  }
});
