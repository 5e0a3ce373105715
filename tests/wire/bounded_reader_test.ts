/** A request may have as many numbers as the longest one that is good, and no more. */
import { equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { rideServiceDefinition } from "../../rides/wire/v1/ride_service.ts";
import { bytesField, doubleField, varint, varintField } from "../attack/protobuf.ts";

const { UploadPositions, WatchCars } = carServiceDefinition;
const { CreateRide, ListRides } = rideServiceDefinition;
const { ServerReflectionInfo } = serviceNamed("grpc.reflection.v1.ServerReflection");

function many(count: number, field: Buffer): Buffer {
  return Buffer.alloc(count * field.length, field);
}

const TIME = Buffer.concat([varintField(1, 1_700_000_000), varintField(2, 999_999_999)]);

/** With every field that there is. */
const POSITION = Buffer.concat([
  varintField(1, 2n ** 62n),
  bytesField(2, TIME),
  bytesField(3, Buffer.concat([doubleField(1, 51.5), doubleField(2, -0.1)])),
  doubleField(4, 13),
  doubleField(5, 90),
  doubleField(6, 5),
  bytesField(7, TIME),
  bytesField(8, Buffer.from([1, 2, 3])),
]);

Deno.test("requests - the longest of good ones are read", () => {
  const upload = Buffer.concat([varintField(1, 1), many(10_000, bytesField(2, POSITION))]);
  equal([...UploadPositions.requestDeserialize(upload).positions].length, 10_000);
  const packed = Buffer.concat(Array.from({ length: 10_000 }, (_, i) => varint(2 ** 50 + i)));
  for (const ids of [bytesField(1, packed), many(10_000, varintField(1, 2 ** 50))]) {
    WatchCars.requestDeserialize(bytesField(1, ids));
  }
});

Deno.test("requests - a ride with all its passengers is read, and what is twice as long is not", () => {
  const passengers = (count: number) => many(count, bytesField(3, "a passenger"));
  const { passengerIds } = ridesDefinition.Start.requestDeserialize(passengers(500));
  equal(passengerIds.length, 500);
  throws(() => ridesDefinition.Start.requestDeserialize(passengers(1_025)), RangeError);
  throws(
    () => WatchCars.requestDeserialize(bytesField(1, many(20_100, varintField(1, 7)))),
    RangeError,
  );
});

const REQUESTS: Record<string, [{ requestDeserialize(bytes: Buffer): unknown }, Buffer]> = {
  "passengers": [ridesDefinition.Start, many(1_000_000, bytesField(3, "a"))],
  "passengers without names": [ridesDefinition.Start, many(1_000_000, bytesField(3, ""))],
  "drivers": [ridesDefinition.Start, many(1_000_000, bytesField(2, "é"))],
  "locations": [ridesDefinition.Start, many(1_000_000, bytesField(5, ""))],
  "cars of a position": [ridesDefinition.Track, many(1_000_000, varintField(1, 7))],
  "fields that nobody knows": [ridesDefinition.Start, many(1_000_000, varintField(15, 1))],
  "passengers of a ride": [CreateRide, bytesField(1, many(1_000_000, bytesField(5, "a")))],
  "states": [ListRides, bytesField(3, bytesField(1, Buffer.alloc(1_000_000, 1)))],
  "cars": [WatchCars, bytesField(1, bytesField(1, Buffer.alloc(1_000_000, 1)))],
  "positions": [UploadPositions, many(1_000_000, bytesField(2, ""))],
  "questions": [ServerReflectionInfo!, many(1_000_000, bytesField(4, "a"))],
};

for (const [what, [method, bytes]] of Object.entries(REQUESTS)) {
  Deno.test(`requests - a million ${what} are not read`, () => {
    throws(() => method.requestDeserialize(bytes), RangeError);
  });
}
