import type { Violation } from "./failure.ts";

/** A point in time, as in `google.protobuf.Timestamp`. */
export interface Timestamp {
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
  /** Nanoseconds within the second, from 0 to 999,999,999. */
  readonly nanos: number;
}

/** Nothing was tracked before this service could exist; an earlier time is a broken clock. */
const EARLIEST_SECONDS = Date.UTC(2000, 0, 1) / 1000;

/** How far ahead a time may be: some clients send their local clock as if it were UTC. */
const AHEAD_SECONDS = 24 * 60 * 60;

/** Adds what is wrong with a time to `violations`. */
export function checkTime(
  time: Timestamp,
  nowMs: number,
  violations: Violation[],
  field = "time",
): void {
  const { seconds } = time;
  const refuse = (reason: string) => violations.push({ field, reason });
  if (!checkNanos(time, violations, field)) return;
  if (!(seconds >= EARLIEST_SECONDS)) {
    refuse(`${formatTime(time)} is before 2000-01-01`);
  } else if (seconds > nowMs / 1000 + AHEAD_SECONDS) {
    refuse(`${formatTime(time)} is more than 24 hours in the future`);
  }
}

/** Adds to `violations` if the nanoseconds are not within a second; returns whether they are. */
export function checkNanos({ nanos }: Timestamp, violations: Violation[], field: string): boolean {
  if (nanos >= 0 && nanos <= 999_999_999) return true;
  violations.push({ field, reason: `nanos: ${nanos} is out of range [0, 999999999]` });
  return false;
}

/** The time in milliseconds since 1970, rounded down. */
export function toMilliseconds({ seconds, nanos }: Timestamp): number {
  return seconds * 1000 + Math.floor(nanos / 1e6);
}

/** The time that many milliseconds after 1970-01-01T00:00:00Z. */
export function fromMilliseconds(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** The time in RFC 3339; beyond the range of the calendar, the number of seconds. */
export function formatTime({ seconds, nanos }: Timestamp): string {
  const date = new Date(seconds * 1000 + nanos / 1e6);
  return Number.isNaN(date.getTime())
    ? `${seconds} s since 1970`
    : date.toISOString().replace(".000Z", "Z");
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.(\d{1,9})\d*)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The time that an RFC 3339 text names, to the nanosecond; undefined if it names none. */
export function parseTime(text: string): Timestamp | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const seconds = Math.floor(Date.parse(text.replace(" ", "T").toUpperCase()) / 1000);
  if (Number.isNaN(seconds)) return undefined;
  // JavaScript takes February 30th for March 2nd.
  const day = text.slice(0, 10);
  if (!new Date(day).toISOString().startsWith(day)) return undefined;
  return { seconds, nanos: Number((match[1] ?? "").padEnd(9, "0")) };
}
