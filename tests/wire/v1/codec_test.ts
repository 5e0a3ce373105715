import { deepEqual, equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { StoredFix } from "../../../rides/domain/fix.ts";
import type { Ride } from "../../../rides/domain/ride.ts";
import { RIDE_STATES } from "../../../rides/domain/ride_state.ts";
import { messageType } from "../../../rides/wire/descriptors.ts";
import { carServiceDefinition } from "../../../rides/wire/v1/car_service.ts";
import { toStoredPositionMessage } from "../../../rides/wire/v1/position.ts";
import { toEtag, toRevision } from "../../../rides/wire/v1/ride.ts";
import { rideServiceDefinition } from "../../../rides/wire/v1/ride_service.ts";
import { bytesField, doubleField, tag, varintField, Wire } from "../../attack/protobuf.ts";

const { GetRide, CreateRide } = rideServiceDefinition;
const { GetCar, ListPositions, SearchCars, UploadPositions } = carServiceDefinition;

const carId = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
const timeMs = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });
const location = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const fix: fc.Arbitrary<StoredFix> = fc.record({
  carId,
  timeMs,
  latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
  lngE7: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
  speedCmps: fc.integer({ min: -1, max: 65_500 }),
  headingCdeg: fc.integer({ min: -1, max: 35_999 }),
  accuracyCm: fc.integer({ min: -1, max: 10_000_000 }),
  receivedMs: timeMs,
  flags: fc.integer({ min: 0, max: 7 }),
});

const ride: fc.Arbitrary<Ride> = fc.record({
  id: fc.uuid(),
  state: fc.constantFrom(...RIDE_STATES),
  carId: fc.oneof(carId, fc.constant(0n)),
  driverId: fc.string(),
  passengersIds: fc.array(fc.string()),
  type: fc.constantFrom("REGULAR", "POOL"),
  pickup: orNull(location),
  dropoff: orNull(location),
  createMs: timeMs,
  startMs: fc.option(timeMs, { nil: undefined }),
  endMs: fc.option(timeMs, { nil: undefined }),
  distanceMicrometers: fc.nat(),
  positionCount: fc.nat(),
  revision: fc.nat(),
});

Deno.test("Car - every fix comes back as it was", () => {
  fc.assert(fc.property(fix, (fix) => {
    deepEqual(GetCar.responseDeserialize(GetCar.responseSerialize(fix)), fix);
  }));
});

Deno.test("ListPositions - a page is, byte for byte, what protobufjs makes of it", () => {
  const type = messageType("rides.v1.ListPositionsResponse");
  fc.assert(fc.property(fc.array(fix), fc.string(), (positions, nextPageToken) => {
    const messages = positions.map(toStoredPositionMessage);
    const made = type.encode({ positions: messages, next_page_token: nextPageToken }).finish();
    deepEqual(ListPositions.responseSerialize({ positions, nextPageToken }), Buffer.from(made));
  }));
});

Deno.test("Ride - every ride comes back as it was", () => {
  fc.assert(fc.property(ride, (ride) => {
    deepEqual(GetRide.responseDeserialize(GetRide.responseSerialize(ride)), ride);
  }));
});

Deno.test("UploadPositions - what is not known of a position is not zero", () => {
  const positions = [
    { carId: 7n, time: null, location: null },
    { carId: 7n, time: { seconds: 1, nanos: 2 }, location: { lat: 0, lng: 0 }, speedMps: 0 },
  ];
  const bytes = UploadPositions.requestSerialize({ firstSequence: 3, positions });
  const unknown = { speedMps: null, headingDegrees: null, accuracyMeters: null };
  const request = UploadPositions.requestDeserialize(bytes);
  equal(request.firstSequence, 3);
  const expected = positions.map((position) => ({ ...unknown, ...position }));
  // Each is read when it is asked for, and again when it is asked for again.
  deepEqual([...request.positions], expected);
  deepEqual([...request.positions], expected);
});

Deno.test("UploadPositions - fields come in any order, and unknown ones are passed over", () => {
  const position = bytesField(2, Buffer.concat([varintField(1, 7), bytesField(99, "?")]));
  const request = UploadPositions.requestDeserialize(Buffer.concat([
    position,
    bytesField(98, position),
    varintField(1, 3),
    doubleField(97, 1),
    // A number of that field, which is no position.
    varintField(2, 7),
    position,
    varintField(1, 4),
  ]));
  deepEqual([request.firstSequence, request.positions.length], [4, 2]);
  deepEqual([...request.positions].map(({ carId }) => carId), [7n, 7n]);
});

Deno.test("UploadPositions - what is no position is found as the positions are read, and named", () => {
  const good = bytesField(2, varintField(1, 7));
  for (const bad of [bytesField(1, "seven"), tag(2, Wire.BYTES), tag(1, 7)]) {
    const request = UploadPositions.requestDeserialize(
      Buffer.concat([good, bytesField(2, bad), good]),
    );
    const read: bigint[] = [];
    throws(() => {
      for (const { carId } of request.positions) read.push(carId);
    }, { name: "InvalidArgument", message: /^positions\[1\]: cannot be read: / });
    deepEqual(read, [7n]);
  }
  throws(() => UploadPositions.requestDeserialize(Buffer.concat([good, tag(2, Wire.BYTES)])));
});

Deno.test("SearchCars - a staleness that is not given is none, and not zero", () => {
  const search = { location: null, radiusMeters: 1.5, pageSize: 0 };
  for (const maxStalenessSeconds of [null, 0, 1.5, -2]) {
    const bytes = SearchCars.requestSerialize({ ...search, maxStalenessSeconds });
    deepEqual(SearchCars.requestDeserialize(bytes), { ...search, maxStalenessSeconds });
  }
});

Deno.test("CreateRide - a type that no contract has is undefined, one not said is REGULAR", () => {
  const ride = { carId: 0n, driverId: "", passengersIds: [], pickup: null, dropoff: null };
  const typed = (type: number) => Uint8Array.of(0x0a, 2, 0x30, type); // ride { type: … }
  for (const [number, type] of [[0, "REGULAR"], [1, "REGULAR"], [2, "POOL"], [7, undefined]]) {
    const request = CreateRide.requestDeserialize(typed(number as number) as never);
    deepEqual(request, { requestId: "", ride: { ...ride, type } });
  }
});

Deno.test("etag - comes back as the revision; another's is no revision", () => {
  equal(toRevision(toEtag(3)), 3);
  equal(toRevision(""), undefined);
  for (const foreign of ["3", '"x"', '"3', 'W/"3"']) equal(toRevision(foreign), NaN);
});
