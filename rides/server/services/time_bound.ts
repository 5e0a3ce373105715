import { type Timestamp, toMilliseconds } from "../../domain/timestamp.ts";

/** The largest time of a calendar, in milliseconds since 1970 (ECMA-262, 21.4.1.1). */
const MAX_MS = 8.64e15;

/** A bound in milliseconds, as far as a calendar reaches. */
export function boundOf(time: Timestamp | null): number | undefined {
  return time ? Math.max(-MAX_MS, Math.min(MAX_MS, toMilliseconds(time))) : undefined;
}
