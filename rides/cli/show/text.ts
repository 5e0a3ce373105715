/** Values as people read them. Times are UTC. */
import { locationOf, type StoredFix, UNKNOWN } from "../../domain/fix.ts";
import type { Location } from "../../domain/location.ts";

/** To the second; fractions are shown unless they are zero. */
export function timeText(ms: number | undefined): string {
  if (ms === undefined) return "";
  return new Date(ms).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}

/** To the minute. */
export function minuteText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

/** To as many digits as are kept. */
function degreesText(degrees: number): string {
  return degrees.toFixed(7);
}

export function locationText(location: Location | null | undefined): string {
  return location ? `${location.lat},${location.lng}` : "";
}

/** Meters, and kilometers from one on. */
export function lengthText(meters: number): string {
  return meters < 1_000 ? `${meters.toFixed(1)} m` : `${(meters / 1_000).toFixed(3)} km`;
}

export function carText(carId: bigint): string {
  return carId === 0n ? "" : String(carId);
}

export function latText(fix: StoredFix): string {
  return degreesText(locationOf(fix).lat);
}

export function lngText(fix: StoredFix): string {
  return degreesText(locationOf(fix).lng);
}

export function speedText({ speedCmps }: StoredFix): string {
  return speedCmps === UNKNOWN ? "" : `${(speedCmps / 100).toFixed(1)} m/s`;
}

export function headingText({ headingCdeg }: StoredFix): string {
  return headingCdeg === UNKNOWN ? "" : `${Math.round(headingCdeg / 100) % 360}°`;
}

export function accuracyText({ accuracyCm }: StoredFix): string {
  return accuracyCm === UNKNOWN ? "" : `±${(accuracyCm / 100).toFixed(1)} m`;
}
