import type { Violation } from "../../domain/failure.ts";
import { checkNanos, formatTime, type Timestamp, toMilliseconds } from "../../domain/timestamp.ts";

/** The largest time of a calendar, in milliseconds since 1970 (ECMA-262, 21.4.1.1). */
const MAX_MS = 8.64e15;

/** The times from `fromMs` on and before `toMs`, in whole milliseconds; undefined: without that bound. */
export interface TimeSpan {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/**
 * The span that two fields of a request name, as far as a calendar reaches. A time that is none, and an end
 * before the beginning, is added to `violations`.
 *
 * @param field without `_from` and `_to`
 */
export function spanOf(
  from: Timestamp | null,
  to: Timestamp | null,
  violations: Violation[],
  field: string,
): TimeSpan {
  const areTimes = [
    !from || checkNanos(from, violations, `${field}_from`),
    !to || checkNanos(to, violations, `${field}_to`),
  ].every(Boolean);
  const [fromMs, toMs] = [boundOf(from), boundOf(to)];
  if (areTimes && from && to && fromMs! > toMs!) {
    const reason = `${formatTime(to)} is before ${field}_from`;
    violations.push({ field: `${field}_to`, reason });
  }
  return { fromMs, toMs };
}

/** Rounded up, since what is compared with it is in whole milliseconds. */
function boundOf(time: Timestamp | null): number | undefined {
  if (!time) return undefined;
  const ms = toMilliseconds(time) + (time.nanos % 1e6 === 0 ? 0 : 1);
  return Math.max(-MAX_MS, Math.min(MAX_MS, ms));
}
