import type { Name } from "./contestants.ts";
import { median } from "../support/statistics.ts";
import { type Rates, ratioOf, type Scenario } from "./rates.ts";

/** Bytes of an idle connection, by server. */
export type IdleBytes = ReadonlyMap<Name, number>;

/** One measured value beside what it is compared with. */
export interface Row {
  readonly title: string;
  readonly value: number;
  readonly unit: "calls/s" | "messages/s" | "positions/s" | "bytes" | "ms";
  /** What it is compared with, where that was measured; `ratio`, where the two values do not say it. */
  readonly against?: { readonly title: string; readonly value: number; readonly ratio?: number };
  /** The processor time of the server for each call or message, in microseconds; theirs behind it. */
  readonly cpuMicros?: readonly [number, number];
  /** What the ratio, or without one the value, has to be. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** Whether the target is met; undefined where there is none. */
  readonly met?: boolean;
}

interface Comparison {
  readonly scenario: Scenario;
  readonly of: Name;
  readonly with: Name;
  /** Default: that of `scenario`. */
  readonly withScenario?: Scenario;
  readonly atLeast?: number;
}

/** What has to be shown; `node:http2`, the way back, is for information. */
const COMPARISONS: readonly Comparison[] = [
  { scenario: "one in flight", of: "engine", with: "Node", atLeast: 1.4 },
  { scenario: "one in flight", of: "engine", with: "Python" },
  { scenario: "one in flight", of: "engine", with: "node:http2" },
  { scenario: "8 x 32 in flight", of: "engine", with: "Node", atLeast: 1.7 },
  { scenario: "8 x 32 in flight", of: "engine", with: "Python", atLeast: 4.5 },
  { scenario: "8 x 32 in flight", of: "engine", with: "node:http2" },
  { scenario: "8 x 32 in flight", of: "engine, TLS", with: "engine", atLeast: 0.85 },
  { scenario: "8 x 32 with deadlines", of: "engine", with: "Node", atLeast: 1.7 },
  { scenario: "8 x 32 with deadlines", of: "engine", with: "Python" },
  { scenario: "Track", of: "engine", with: "Node", atLeast: 1 },
  { scenario: "Track", of: "engine", with: "Python", atLeast: 9 },
  { scenario: "Track", of: "engine", with: "node:http2" },
  { scenario: "sustained", of: "engine", with: "Node", atLeast: 1.7 },
  {
    scenario: "sustained",
    of: "engine",
    with: "engine",
    withScenario: "8 x 32 just before",
    atLeast: 0.8,
  },
  {
    scenario: "sustained",
    of: "engine, TLS",
    with: "engine, TLS",
    withScenario: "8 x 32 just before",
  },
];

const MOST_IDLE_BYTES: Partial<Record<Name, number>> = { engine: 20_000, "engine, TLS": 50_000 };

/** The rows of the table, and the titles of those that could not be measured. */
export function rowsOf(rates: Rates, idle: IdleBytes): { rows: Row[]; skipped: string[] } {
  const rows: Row[] = [];
  const skipped: string[] = [];
  for (const { scenario, of, with: other, withScenario = scenario, atLeast } of COMPARISONS) {
    const title = `${scenario}: ${of}`;
    const otherTitle = other === of ? withScenario : other;
    const rate = rates.get(scenario)?.get(of);
    const theirs = rates.get(withScenario)?.get(other);
    if (rate === undefined || theirs === undefined) {
      skipped.push(`${title}, against ${otherTitle}`);
      continue;
    }
    const value = median(rate.rounds);
    const against = { title: otherTitle, value: median(theirs.rounds) };
    const ratio = ratioOf(rate, theirs);
    rows.push({
      title,
      value,
      unit: scenario === "Track" ? "messages/s" : "calls/s",
      against: { ...against, ratio },
      cpuMicros: [rate.cpuMicros, theirs.cpuMicros],
      ...atLeast === undefined ? {} : { target: { atLeast }, met: ratio >= atLeast },
    });
  }
  for (const [name, bytes] of idle) {
    const most = MOST_IDLE_BYTES[name];
    rows.push({
      title: `idle connection: ${name}`,
      value: bytes,
      unit: "bytes",
      ...most === undefined ? {} : { target: { atMost: most }, met: bytes <= most },
    });
  }
  return { rows, skipped };
}
