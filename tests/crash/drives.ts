import type { Position } from "../../rides/domain/position.ts";

/** When the drives of the cars begin. */
export const START_MS = Date.UTC(2026, 0, 1, 12);

/** The position of a car after `n` seconds; on a straight way, at some 11 m/s. */
export function positionOf(carId: bigint, n: number): Position {
  return {
    carId,
    time: { seconds: START_MS / 1_000 + n, nanos: 0 },
    location: { lat: -80 + n * 0.0001, lng: 0.5 },
  };
}
