/** What a fix means for the way of its car, and so for the distances of its rides. */
import { FIX_FLAGS } from "./fix.ts";
import { drivenMicrometers, isNullIsland, isTooFast, type Waypoint } from "./way.ts";

/** From when to when a ride was under way; without an end while it is. Both times belong to it. */
export interface RideSpan {
  readonly startMs: number;
  readonly endMs?: number | undefined;
}

/** Whether a fix belongs to a ride, by its time. */
export function holds(ride: RideSpan, timeMs: number): boolean {
  return timeMs >= ride.startMs && (ride.endMs === undefined || timeMs <= ride.endMs);
}

/**
 * What is odd about where a fix is; whether another came for the same time is judged elsewhere.
 *
 * @param before the fix before it that is not at 0° N, 0° E
 */
export function flagsOf(before: Waypoint | undefined, fix: Waypoint): number {
  if (isNullIsland(fix)) return FIX_FLAGS.nullIsland;
  return before && isTooFast(before, fix) ? FIX_FLAGS.tooFast : 0;
}

/**
 * By how much a fix that is not at 0° N, 0° E changes the distance of a ride that contains it, in
 * micrometers: two ways replace one. Measured once, for any number of rides.
 *
 * @param before the car's fix before it, and `after` the one after it, that are not at 0° N, 0° E
 */
export function distanceChange(
  before: Waypoint | undefined,
  fix: Waypoint,
  after: Waypoint | undefined,
): (ride: RideSpan) => number {
  const [there, onwards, direct] = [wayOf(before, fix), wayOf(fix, after), wayOf(before, after)];
  return (ride) => {
    const hasBefore = before !== undefined && holds(ride, before.timeMs);
    const hasAfter = after !== undefined && holds(ride, after.timeMs);
    return (hasBefore ? there : 0) + (hasAfter ? onwards : 0) -
      (hasBefore && hasAfter ? direct : 0);
  };
}

function wayOf(from: Waypoint | undefined, to: Waypoint | undefined): number {
  return from && to ? drivenMicrometers(from, to) : 0;
}

/** How far a car drove, and the number of fixes along the way. */
export interface Drive {
  readonly distanceMicrometers: number;
  readonly positionCount: number;
}

/**
 * The drive along fixes.
 *
 * @param fixes by their time
 * @param from the one before the first that is not at 0° N, 0° E, if the way from it counts; it is not
 * counted itself
 */
export function driveAlong(fixes: Iterable<Waypoint>, from?: Waypoint): Drive {
  let distanceMicrometers = 0;
  let positionCount = 0;
  let before = from;
  for (const fix of fixes) {
    positionCount++;
    if (isNullIsland(fix)) continue;
    distanceMicrometers += wayOf(before, fix);
    before = fix;
  }
  return { distanceMicrometers, positionCount };
}
