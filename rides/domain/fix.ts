import type { Location } from "./location.ts";
import type { Position } from "./position.ts";
import { toMilliseconds } from "./timestamp.ts";

/** Stands for an unknown number in a {@linkcode Fix}. */
export const UNKNOWN = -1;

/**
 * A position as it is stored: valid, and in whole numbers, so that equal ones compare equal and take little
 * room. A car has at most one fix for any time.
 */
export interface Fix {
  /** The car; positive. */
  readonly carId: bigint;
  /** When the car was there, in milliseconds since 1970. */
  readonly timeMs: number;
  /** Latitude in 1e-7 degrees: a centimeter, which is finer than receivers are. */
  readonly latE7: number;
  /** Longitude in 1e-7 degrees. */
  readonly lngE7: number;
  /** Centimeters a second, from 0 to 65,500; or {@linkcode UNKNOWN}. */
  readonly speedCmps: number;
  /** Hundredths of a degree clockwise from north, from 0 to 35,999; or {@linkcode UNKNOWN}. */
  readonly headingCdeg: number;
  /** Centimeters of radius, from 0 to 10,000,000; or {@linkcode UNKNOWN}. */
  readonly accuracyCm: number;
}

/** Where a fix is. */
export type Place = Pick<Fix, "latE7" | "lngE7">;

/** What is odd about a fix: bits, which add up. The numbers are stored, and never change. */
export const FIX_FLAGS = {
  /** Another location came for the same car and time; the first was kept. */
  conflict: 1,
  /** The way from the fix before it implies more than {@linkcode MAX_WAY_MPS}; it has no length. */
  tooFast: 2,
  /** At 0° N, 0° E, as receivers without a fix report; it is part of no way. */
  nullIsland: 4,
} as const;

/** A fix that the server has taken. */
export interface StoredFix extends Fix {
  /** When the server took it, in milliseconds since 1970. */
  readonly receivedMs: number;
  /** Bits of {@linkcode FIX_FLAGS}. */
  readonly flags: number;
}

/** The fix of a position that is valid (see `validatePosition`). */
export function toFix(position: Position): Fix {
  const { carId, time, location, speedMps, headingDegrees, accuracyMeters } = position;
  if (!time || !location) throw new TypeError("A position without a time or location has no fix");
  return {
    carId,
    timeMs: toMilliseconds(time),
    latE7: toE7(location.lat),
    lngE7: toE7(location.lng),
    speedCmps: hundredths(speedMps),
    // 359.997° rounds to 360°, which is north.
    headingCdeg: headingDegrees === 0 ? 0 : hundredths(headingDegrees) % 36_000,
    accuracyCm: hundredths(accuracyMeters),
  };
}

/** Where a fix is, in degrees. */
export function locationOf({ latE7, lngE7 }: Place): Location {
  return { lat: latE7 / 1e7, lng: lngE7 / 1e7 };
}

/** Degrees in 1e-7 degrees. */
export function toE7(degrees: number): number {
  // Adding zero makes -0 a 0, so that equal places are equal numbers.
  return Math.round(degrees * 1e7) + 0;
}

function hundredths(value: number | null | undefined): number {
  return value === undefined || value === null ? UNKNOWN : Math.round(value * 100);
}
