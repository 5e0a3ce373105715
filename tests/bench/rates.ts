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
  readonly sustainedSeconds: number;
}

/** The files with the bodies. */
export interface BodyFiles {
  readonly Start: string;
  readonly Track: string;
}

/** Calls a second, for Track messages a second: the median of the rounds. */
export type Rates = Map<Scenario, Map<Name, number>>;

const MANY = { connections: 8, inFlight: 32 } as const;

/** Calls before the first that count, for the compilers behind the servers. */
const WARM_UP_CALLS = 8_000;

/**
 * Measures the servers by turns, so that what else the machine does befalls all of them.
 *
 * @param tell is told of each step
 */
export async function measureRates(
  contestants: readonly Contestant[],
  amounts: Amounts,
  files: BodyFiles,
  tell: (step: string) => void,
): Promise<Rates> {
  const loads: Record<Exclude<Scenario, "sustained">, Omit<Load, "url">> = {
    "one in flight": {
      method: "Start",
      body: files.Start,
      connections: 1,
      inFlight: 1,
      calls: amounts.callsOneInFlight,
    },
    "8 x 32 in flight": {
      method: "Start",
      body: files.Start,
      ...MANY,
      calls: amounts.callsManyInFlight,
    },
    Track: {
      method: "Track",
      body: files.Track,
      connections: 4,
      inFlight: 1,
      calls: amounts.trackStreams,
    },
  };

  for (const { name, url } of contestants) {
    tell(`warming up ${name}`);
    await h2load({ url, ...loads["8 x 32 in flight"], calls: WARM_UP_CALLS });
    await h2load({ url, ...loads.Track, calls: 4 });
  }

  const rates: Rates = new Map();
  for (
    const [scenario, load] of Object.entries(loads) as [keyof typeof loads, typeof loads.Track][]
  ) {
    const perCall = scenario === "Track" ? TRACK_MESSAGES : 1;
    const samples = new Map<Name, number[]>(contestants.map(({ name }) => [name, []]));
    for (let round = 1; round <= amounts.rounds; round++) {
      tell(`${scenario}, round ${round} of ${amounts.rounds}`);
      for (const { name, url } of contestants) {
        samples.get(name)!.push(perCall * await h2load({ url, ...load }));
      }
    }
    rates.set(scenario, new Map([...samples].map(([name, of]) => [name, median(of)])));
  }

  const sustained = new Map<Name, number>();
  for (const { name, url } of contestants.filter(({ name }) => name.startsWith("engine"))) {
    tell(`sustained, ${name}, ${amounts.sustainedSeconds} s`);
    const load = { method: "Start", body: files.Start, ...MANY } as const;
    sustained.set(name, await h2load({ url, ...load, seconds: amounts.sustainedSeconds }));
  }
  return rates.set("sustained", sustained);
}
