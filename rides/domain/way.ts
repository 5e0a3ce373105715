/** The way from one fix of a car to the next: its length, and whether it can have been driven. */
import type { Fix, Place } from "./fix.ts";
import type { Location } from "./location.ts";

/** Where and when a car was. */
export type Waypoint = Place & Pick<Fix, "timeMs">;

/** Nothing on wheels drives far at more than this; a faster way means a wrong fix. 70 m/s are 252 km/h. */
export const MAX_WAY_MPS = 70;

/** The mean radius of the Earth (IUGG), of the sphere that distances are measured on. */
export const EARTH_RADIUS_METERS = 6_371_008.8;

const RADIANS = Math.PI / 180;

/** Whether a fix is at exactly 0° N, 0° E, as receivers without a fix report. */
export function isNullIsland({ latE7, lngE7 }: Place): boolean {
  return latE7 === 0 && lngE7 === 0;
}

/** Whether two places are one: -180° and 180° are the same meridian, and a pole is on each. */
export function isSamePlace(a: Place, b: Place): boolean {
  return micrometersBetween(a, b) === 0;
}

/** Whether the way from `from` to the later `to` implies more than {@linkcode MAX_WAY_MPS}. */
export function isTooFast(from: Waypoint, to: Waypoint): boolean {
  return micrometersBetween(from, to) > mostMicrometers(from, to);
}

/**
 * What a way adds to the distance of a ride, in micrometers: nothing if it is too fast. Whole numbers, so
 * that a sum of ways is the same in any order, and ways can be subtracted exactly. 2^53 of them are nine
 * million kilometers.
 */
export function drivenMicrometers(from: Waypoint, to: Waypoint): number {
  const length = micrometersBetween(from, to);
  return length > mostMicrometers(from, to) ? 0 : length;
}

/** How far a car can drive in that time. */
function mostMicrometers(from: Waypoint, to: Waypoint): number {
  return MAX_WAY_MPS * 1_000 * (to.timeMs - from.timeMs);
}

function micrometersBetween(a: Place, b: Place): number {
  if (a.latE7 === b.latE7 && a.lngE7 === b.lngE7) return 0;
  const meters = greatCircle(a.latE7 / 1e7, a.lngE7 / 1e7, b.latE7 / 1e7, b.lngE7 / 1e7);
  return Math.round(meters * 1e6);
}

/** The distance between two places along the great circle, in meters. */
export function metersBetween(a: Location, b: Location): number {
  return greatCircle(a.lat, a.lng, b.lat, b.lng);
}

/** By the haversine formula, which is exact for near places too. */
function greatCircle(latA: number, lngA: number, latB: number, lngB: number): number {
  const sinLat = Math.sin((latB - latA) * RADIANS / 2);
  const sinLng = Math.sin((lngB - lngA) * RADIANS / 2);
  const h = sinLat * sinLat +
    Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * sinLng * sinLng;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(h)));
}
