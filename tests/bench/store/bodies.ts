import { Buffer } from "node:buffer";
import type { Position } from "../../../rides/domain/position.ts";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../../rides/wire/v1/car_service.ts";
import { framed } from "../framed.ts";
import { carName } from "../../../rides/wire/v1/names.ts";

/** Positions lie this far back, so that none is in the future. */
const BACK_SECONDS = 300 * 86_400;

const START_SECONDS = Math.floor(Date.now() / 1_000) - BACK_SECONDS;

/** The `n`th position of a car, a second and some 14 meters behind the one before. */
export function drivenPosition(carId: bigint, n: number): Position {
  const lap = n % 50_000;
  return {
    carId,
    time: { seconds: START_SECONDS + n, nanos: 0 },
    location: {
      lat: -60 + Number(carId % 100n) + (lap < 25_000 ? lap : 50_000 - lap) * 1e-4,
      lng: Number(carId % 360n) - 180 + lap * 1e-5,
    },
  };
}

/**
 * The messages of a stream of Track: of cars that no other body has, each one position a second.
 *
 * @param cars how many of them
 * @param round a later one goes on where the one before ended
 */
export function trackBody(body: number, cars: number, round: number, messages: number): Buffer {
  const ofCar = messages / cars;
  const parts: Buffer[] = [];
  for (let n = 0; n < ofCar; n++) {
    for (let car = 0; car < cars; car++) {
      const carId = BigInt(1 + body * cars + car);
      const position = drivenPosition(carId, round * ofCar + n);
      parts.push(framed(ridesDefinition.Track.requestSerialize(position)));
    }
  }
  return Buffer.concat(parts);
}

/** A request for the first page of a car, as large as pages are. */
export function listBody(carId: bigint, pageSize: number): Buffer {
  const query = {
    parent: carName(carId),
    pageSize,
    pageToken: "",
    simplifyTo: 0,
    from: null,
    to: null,
  };
  return framed(carServiceDefinition.ListPositions.requestSerialize(query));
}

/** A request for what is known of a car. */
export function getBody(carId: bigint): Buffer {
  return framed(carServiceDefinition.GetCar.requestSerialize({ name: carName(carId) }));
}

/** A request for the cars around where a car began. */
export function searchBody(carId: bigint, radiusMeters: number, pageSize: number): Buffer {
  const { location = null } = drivenPosition(carId, 0);
  const query = { location, radiusMeters, maxStalenessSeconds: null, pageSize };
  return framed(carServiceDefinition.SearchCars.requestSerialize(query));
}
