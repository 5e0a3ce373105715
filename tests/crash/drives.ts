import type { Position } from "../../rides/domain/position.ts";

/** When the drives of the cars begin. */
export const START_MS = Date.UTC(2026, 0, 1, 12);

/** How long a car drives north, before it turns round: 160 degrees. */
const LEG_SECONDS = 1_600_000;

/** The position of a car after `n` seconds: on a straight way, at some 11 m/s, north and south by turns. */
export function positionOf(carId: bigint, n: number): Position {
  const since = n % (2 * LEG_SECONDS);
  const north = Math.min(since, 2 * LEG_SECONDS - since);
  return {
    carId,
    time: { seconds: START_MS / 1_000 + n, nanos: 0 },
    location: { lat: -80 + north * 0.0001, lng: 0.5 },
  };
}
