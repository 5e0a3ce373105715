import type { Position } from "./position.ts";

const CAR_ID = 7n;
const START_SECONDS = Date.UTC(2022, 1, 22, 14, 36, 9) / 1000;
const STEP_SECONDS = 17;
const STEP_DEGREES = 0.0001;

/** How many positions of the drive are on the Earth: the next is north of the pole. */
export const REFERENCE_POSITIONS = 890_000;

/**
 * The drive that the reference's generator makes up: `count` positions of car 7 from 1° N, 1° E, each one
 * step further north-west. Beyond {@linkcode REFERENCE_POSITIONS} latitudes leave their range, and later
 * longitudes too; a server refuses those.
 */
export function* referencePositions(count: number): Generator<Position> {
  let [lat, lng] = [1, 1];
  for (let step = 0; step < count; step++) {
    const time = { seconds: START_SECONDS + step * STEP_SECONDS, nanos: 0 };
    yield { carId: CAR_ID, time, location: { lat, lng } };
    lat += STEP_DEGREES;
    lng -= STEP_DEGREES;
  }
}
