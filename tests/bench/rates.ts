import { median } from "../support/statistics.ts";
import { TRACK_MESSAGES } from "./bodies.ts";
import type { Contestant, Name } from "./contestants.ts";
import { h2load, type Load } from "./h2load.ts";

/** What is measured by its rate. */
export type Scenario = "one in flight" | "8 x 32 in flight" | "Track" | "sustained";

/** How much is done in a run. */
export interface Amounts {
  readonly rounds: number;
  readonly callsOneInFlight: number;
  readonly callsManyInFlight: number;
  /** Streams of Track, of 20,000 messages each. */
  readonly trackStreams: number;
  readonly sustainedRounds: number;
  readonly sustainedSeconds: number;
}

/** The files with the bodies. */
export interface BodyFiles {
  readonly Start: string;
  readonly Track: string;
}

/** Calls a second, for Track messages a second: the median of the rounds. */
export type Rates = Map<Scenario, Map<Name, number>>;

/** Calls before the first that count, for the compilers behind the servers. */
const WARM_UP_CALLS = 8_000;
const WARM_UP_STREAMS = 4;

/** Python and the way back have no target to sustain. */
const SUSTAINED: readonly Name[] = ["engine", "engine, TLS", "Node"];

/**
 * Measures the servers in every scenario.
 *
 * @param tell is told of each step
 */
export async function measureRates(
  contestants: readonly Contestant[],
  amounts: Amounts,
  files: BodyFiles,
  tell: (step: string) => void,
): Promise<Rates> {
  const one = { method: "Start", body: files.Start, connections: 1, inFlight: 1 } as const;
  const many = manyInFlight(files.Start);
  const track = { method: "Track", body: files.Track, connections: 4, inFlight: 1 } as const;

  tell("warming up");
  await byTurns(contestants, { ...many, calls: WARM_UP_CALLS }, 1);
  await byTurns(contestants, { ...track, calls: WARM_UP_STREAMS }, 1);

  const { rounds } = amounts;
  const rates: Rates = new Map();
  tell(`one in flight, ${rounds} rounds`);
  rates.set(
    "one in flight",
    await byTurns(contestants, { ...one, calls: amounts.callsOneInFlight }, rounds),
  );
  tell(`8 x 32 in flight, ${rounds} rounds`);
  rates.set(
    "8 x 32 in flight",
    await byTurns(contestants, { ...many, calls: amounts.callsManyInFlight }, rounds),
  );
  tell(`Track, ${rounds} rounds`);
  const streams = await byTurns(contestants, { ...track, calls: amounts.trackStreams }, rounds);
  rates.set("Track", new Map([...streams].map(([name, rate]) => [name, rate * TRACK_MESSAGES])));
  tell(`sustained, ${amounts.sustainedRounds} rounds of ${amounts.sustainedSeconds} s each`);
  const lasting = contestants.filter(({ name }) => SUSTAINED.includes(name));
  const { sustainedRounds, sustainedSeconds } = amounts;
  rates.set(
    "sustained",
    await byTurns(lasting, { ...many, seconds: sustainedSeconds }, sustainedRounds),
  );
  return rates;
}

/** Unary calls on 8 connections, 32 at once on each. */
export function manyInFlight(
  body: string,
): Pick<Load, "method" | "body" | "connections" | "inFlight"> {
  return { method: "Start", body, connections: 8, inFlight: 32 };
}

/**
 * The median rate of each server. They have their turns in every round, so that what else the machine
 * does befalls all of them.
 */
export async function byTurns(
  contestants: readonly Contestant[],
  load: Omit<Load, "url">,
  rounds: number,
): Promise<Map<Name, number>> {
  const samples = new Map<Name, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, url } of contestants) {
      samples.get(name)!.push(await h2load({ ...load, url }));
    }
  }
  return new Map([...samples].map(([name, rates]) => [name, median(rates)]));
}
