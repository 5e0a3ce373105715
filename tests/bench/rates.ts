import { cpuSeconds } from "../support/process_facts.ts";
import { median } from "../support/statistics.ts";
import { keepAwake } from "./awake.ts";
import { TRACK_MESSAGES } from "./bodies.ts";
import type { Contestant, Name } from "./contestants.ts";
import { h2load, type Load } from "./h2load.ts";

/** What is measured by its rate. */
export type Scenario =
  | "one in flight"
  | "8 x 32 in flight"
  | "8 x 32 with deadlines"
  | "Track"
  | "sustained"
  /** For as long as the others, before each sustained load: only so near do they compare. */
  | "8 x 32 just before";

/** How much is done in a run. */
export interface Amounts {
  readonly rounds: number;
  /** How long a turn of unary calls is. */
  readonly secondsOfUnary: number;
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

/** What one server did in a scenario: in calls, for Track in messages. */
export interface Rate {
  /** How many a second, in each round. */
  readonly rounds: readonly number[];
  /** The processor time of the server for each, over all rounds, in microseconds. */
  readonly cpuMicros: number;
}

export type Rates = Map<Scenario, Map<Name, Rate>>;

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
  using _ = keepAwake();

  tell("warming up");
  await byTurns(contestants, [{ ...many, calls: WARM_UP_CALLS }], 1);
  await byTurns(contestants, [{ ...track, calls: WARM_UP_STREAMS }], 1);

  const { rounds, secondsOfUnary: seconds, sustainedRounds, sustainedSeconds } = amounts;
  const burst = { ...many, seconds };
  const rates: Rates = new Map();
  const measure = async (scenario: Scenario, load: Omit<Load, "url">) => {
    tell(`${scenario}, ${rounds} rounds`);
    const [rate] = await byTurns(contestants, [load], rounds);
    rates.set(scenario, rate!);
  };
  await measure("one in flight", { ...one, seconds });
  await measure("8 x 32 in flight", burst);
  await measure("8 x 32 with deadlines", { ...burst, timeout: "10S" });
  await measure("Track", { ...track, calls: amounts.trackStreams });
  rates.set("Track", inMessages(rates.get("Track")!));
  tell(`sustained, ${sustainedRounds} rounds of ${sustainedSeconds} s each`);
  const lasting = contestants.filter(({ name }) => SUSTAINED.includes(name));
  const loads = [burst, { ...many, seconds: sustainedSeconds }];
  const [before, sustained] = await byTurns(lasting, loads, sustainedRounds);
  rates.set("8 x 32 just before", before!);
  rates.set("sustained", sustained!);
  return rates;
}

/** Unary calls on 8 connections, 32 at once on each. */
export function manyInFlight(
  body: string,
): Pick<Load, "method" | "body" | "connections" | "inFlight"> {
  return { method: "Start", body, connections: 8, inFlight: 32 };
}

function inMessages(streams: ReadonlyMap<Name, Rate>): Map<Name, Rate> {
  const entries = [...streams].map(([name, { rounds, cpuMicros }]) =>
    [name, {
      rounds: rounds.map((rate) => rate * TRACK_MESSAGES),
      cpuMicros: cpuMicros / TRACK_MESSAGES,
    }] as const
  );
  return new Map(entries);
}

class Sum implements Rate {
  readonly rounds: number[] = [];
  #calls = 0;
  #cpuSeconds = 0;

  get cpuMicros(): number {
    return this.#cpuSeconds / this.#calls * 1e6;
  }

  add(rate: number, calls: number, cpuSeconds: number): void {
    this.rounds.push(rate);
    this.#calls += calls;
    this.#cpuSeconds += cpuSeconds;
  }
}

/**
 * The rates of the servers, for each load. They have their turns in every round, one load after another, so
 * that what else the machine does befalls all of them; every other round goes backwards, so that nobody always
 * comes after the same one.
 */
export async function byTurns(
  contestants: readonly Contestant[],
  loads: readonly Omit<Load, "url">[],
  rounds: number,
): Promise<Map<Name, Rate>[]> {
  const sums = loads.map(() => new Map(contestants.map(({ name }) => [name, new Sum()])));
  for (let round = 0; round < rounds; round++) {
    for (const { name, url, server } of round % 2 ? contestants.toReversed() : contestants) {
      for (const [index, load] of loads.entries()) {
        const before = cpuSeconds(server.pid);
        const rate = await h2load({ ...load, url });
        const calls = load.calls ?? rate * load.seconds!;
        sums[index]!.get(name)!.add(rate, calls, cpuSeconds(server.pid) - before);
      }
    }
  }
  return sums;
}

/** How many times as fast the first is: the median over the rounds, in each of which both had their turn. */
export function ratioOf({ rounds }: Rate, against: Rate): number {
  return median(rounds.map((rate, round) => rate / against.rounds[round]!));
}
