import { type StoredFix, toE7, UNKNOWN } from "../../rides/domain/fix.ts";
import type { Location } from "../../rides/domain/location.ts";

/** A fix that a store has taken. */
export function fixAt(
  carId: bigint,
  timeMs: number,
  { lat, lng }: Location = { lat: 51.46, lng: -0.2 },
): StoredFix {
  return {
    carId,
    timeMs,
    latE7: toE7(lat),
    lngE7: toE7(lng),
    speedCmps: UNKNOWN,
    headingCdeg: UNKNOWN,
    accuracyCm: UNKNOWN,
    receivedMs: timeMs,
    flags: 0,
  };
}
