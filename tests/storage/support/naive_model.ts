/** What a store must say of fixes and rides, worked out the slow and obvious way. */
import { type Fix, FIX_FLAGS } from "../../../rides/domain/fix.ts";
import { metersBetween } from "../../../rides/domain/way.ts";

/** A ride of a car, by when it was under way. */
export interface Span {
  readonly carId: bigint;
  readonly startMs: number;
  readonly endMs?: number;
}

/** The flags of each fix of a car; `fixes` are all that there are, by their time. */
export function flagsOf(fixes: readonly Fix[]): number[] {
  return fixes.map((fix, index) => {
    if (isNowhere(fix)) return FIX_FLAGS.nullIsland;
    const before = fixes.slice(0, index).findLast((other) => !isNowhere(other));
    return before && isFast(before, fix) ? FIX_FLAGS.tooFast : 0;
  });
}

/** What a ride of the car that `fixes` are all of must say. */
export function driveOf({ startMs, endMs = Infinity }: Span, fixes: readonly Fix[]) {
  const own = fixes.filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs);
  const real = own.filter((fix) => !isNowhere(fix));
  let distanceMicrometers = 0;
  for (const [index, to] of real.entries()) {
    const from = real[index - 1];
    if (from && !isFast(from, to)) distanceMicrometers += micrometers(from, to);
  }
  return { positionCount: own.length, distanceMicrometers };
}

function isNowhere({ latE7, lngE7 }: Fix): boolean {
  return latE7 === 0 && lngE7 === 0;
}

function isFast(from: Fix, to: Fix): boolean {
  return micrometers(from, to) > 70_000_000 * (to.timeMs - from.timeMs) / 1_000;
}

function micrometers(from: Fix, to: Fix): number {
  const degrees = ({ latE7, lngE7 }: Fix) => ({ lat: latE7 / 1e7, lng: lngE7 / 1e7 });
  return Math.round(metersBetween(degrees(from), degrees(to)) * 1e6);
}
