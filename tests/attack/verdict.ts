import type { Damage } from "./measure.ts";

const MOST_GROWTH_BYTES = 64_000_000;
const MOST_CLOSING_MS = 1_000;

/** On a busy machine, as late as others get this many answers in a row. */
const MOST_ANSWERS_BEFORE_CLOSING = 10;

/** The aim for the others' p99, which is reported. */
const AIMED_P99_FACTOR = 2;

/**
 * What decides for the others' p99: a machine that does other things as well delays calls by more than
 * most attacks, and not those of every server alike.
 */
const MOST_P99_FACTOR = 10;
const HARMLESS_P99_MS = 250;

/** What an attack did that it must not; nothing where the server stood it. */
export function faults(damage: Damage): string[] {
  const { p99DuringMs } = damage;
  const normalMs = normalP99Ms(damage);
  const isBearable = p99DuringMs <= Math.max(HARMLESS_P99_MS, MOST_P99_FACTOR * normalMs);
  const slow = `p99 of others went from ${normalMs.toFixed(1)} to ${p99DuringMs.toFixed(1)} ms`;
  return [...lastingFaults(damage), ...isBearable ? [] : [slow]];
}

/** Those of them that nothing else on the machine can be to blame for. */
export function lastingFaults(damage: Damage): string[] {
  const found: string[] = [];
  if (!damage.survived) found.push("the server or another client's connection ended");
  const growth = growthBytes(damage);
  if (growth > MOST_GROWTH_BYTES) found.push(`memory grew by ${(growth / 1e6).toFixed(1)} MB`);
  const ended = damage.endings.filter(({ isBorne }) => isBorne === undefined);
  const mostMs = Math.max(MOST_CLOSING_MS, MOST_ANSWERS_BEFORE_CLOSING * damage.p99DuringMs);
  const late = ended.filter(({ closedAfterMs = Infinity }) => closedAfterMs > mostMs);
  if (late.length > 0) {
    found.push(`${late.length} of ${ended.length} connections were not closed in time`);
  }
  const cut = damage.endings.filter(({ isBorne }) => isBorne === false).length;
  if (cut > 0) found.push(`${cut} connections were cut that are within the limits`);
  const wrong = new Set(damage.endings.flatMap(({ fault }) => fault ?? []));
  return [...found, ...wrong];
}

/** Whether the others' p99 is at most doubled. */
export function isHardlyNoticed(damage: Damage): boolean {
  return damage.p99DuringMs <= AIMED_P99_FACTOR * normalP99Ms(damage);
}

/** What the others' p99 would have been without the attack: what it was before, or is elsewhere. */
export function normalP99Ms({ p99BeforeMs, p99ControlMs }: Damage): number {
  return Math.max(p99BeforeMs, p99ControlMs);
}

/** What the attack made the server's memory grow by. */
export function growthBytes({ beforeBytes, peakBytes, controlGrowthBytes }: Damage): number {
  return Math.max(0, peakBytes - beforeBytes - controlGrowthBytes);
}

/** How long the last connection stood that had to be closed; undefined if one was not closed at all. */
export function closingMs({ endings }: Damage): number | undefined {
  const times = endings.filter(({ isBorne }) => isBorne === undefined)
    .map(({ closedAfterMs }) => closedAfterMs);
  return times.includes(undefined) ? undefined : Math.max(...times as number[]);
}
