import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Change } from "../../../rides/domain/commit.ts";
import type { Ride } from "../../../rides/domain/ride.ts";
import { watchCarsEventsCodec, watchRideEventsCodec } from "../../../rides/wire/v1/watch.ts";
import { watchEncoder } from "../../../rides/wire/v1/watch_encoder.ts";
import { fixAt } from "../../support/fixes.ts";
import { checkProperty } from "../../support/property.ts";

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant("fix"),
    fix: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map((carId) =>
      fixAt(carId, 1_700_000_000_123)
    ),
  }),
  fc.record({
    kind: fc.constant("ride"),
    // Short, longer than a varint of one byte says, and longer than one of two bytes says.
    ride: fc.constantFrom(0, 2, 300).map(rideWith),
  }),
);

Deno.test("watchEncoder - makes what the codecs make of whole values", () => {
  const response = fc.record({
    events: fc.array(change, { maxLength: 6 }),
    resumeToken: fc.constantFrom("", "token", "t".repeat(200)),
    snapshotComplete: fc.boolean(),
  });
  checkProperty(fc.property(response, (response) => {
    const { events, resumeToken, snapshotComplete } = response;
    const encoded = events.map(watchEncoder.change);
    deepEqual(
      watchCarsEventsCodec.decode(watchEncoder.cars(encoded, resumeToken, snapshotComplete)),
      watchCarsEventsCodec.decode(watchCarsEventsCodec.encode(response)),
    );
    deepEqual(
      watchRideEventsCodec.decode(watchEncoder.ride(encoded, resumeToken)),
      watchRideEventsCodec.decode(watchRideEventsCodec.encode(response)),
    );
  }));
});

function rideWith(passengers: number): Ride {
  return {
    id: "0192d4e0-0000-7000-8000-000000000000",
    state: "ACTIVE",
    type: "POOL",
    carId: 7n,
    driverId: "John Doe",
    passengersIds: Array.from({ length: passengers }, (_, n) => `passenger ${n} ${"x".repeat(60)}`),
    pickup: { lat: 1, lng: 2 },
    createMs: 1_700_000_000_000,
    startMs: 1_700_000_001_000,
    distanceMicrometers: 12_345_678,
    positionCount: 12,
    revision: 3,
  };
}
