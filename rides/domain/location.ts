import type { Violation } from "./failure.ts";

/** A point on the Earth, in degrees (WGS 84). */
export interface Location {
  /** Latitude, from -90 (south) to 90 (north). */
  readonly lat: number;
  /** Longitude, from -180 (west) to 180 (east). */
  readonly lng: number;
}

/** Adds what is wrong with `location` to `violations`; NaN and the infinities are out of range. */
export function checkLocation(
  location: Location,
  violations: Violation[],
  field = "location",
): void {
  checkRange(field, "lat", location.lat, 90, violations);
  checkRange(field, "lng", location.lng, 180, violations);
}

function checkRange(
  field: string,
  name: "lat" | "lng",
  degrees: number,
  limit: number,
  violations: Violation[],
): void {
  // Written so that NaN, for which every comparison is false, is refused.
  if (!(Math.abs(degrees) <= limit)) {
    violations.push({
      field: `${field}.${name}`,
      reason: `${degrees} is out of range [-${limit}, ${limit}]`,
    });
  }
}
