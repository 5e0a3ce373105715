import type { Row } from "../rows.ts";
import { measureDurableTrack } from "./durable_track.ts";
import { longestTurns } from "./event_loop.ts";
import { measureGrowth } from "./growth.ts";
import { measureReads } from "./reads.ts";

/** How much is done in a run. */
export interface StoreAmounts {
  readonly rounds: number;
  /** Of each of four streams of Track. */
  readonly messages: number;
  readonly cars: number;
  readonly searches: number;
  /** The sizes of file, in positions, at which growth is looked at. */
  readonly sizes: readonly number[];
}

/** What a run does. */
export const FULL_STORE: StoreAmounts = {
  rounds: 5,
  messages: 250_000,
  cars: 100_000,
  searches: 5_000,
  sizes: [1_000_000, 10_000_000],
};

/** What a run with --quick does. */
export const QUICK_STORE: StoreAmounts = {
  rounds: 2,
  messages: 50_000,
  cars: 100_000,
  searches: 1_000,
  sizes: [100_000, 1_000_000],
};

/** What a run with --long does: the last size takes some ten minutes and 4 GB. */
export const LONG_STORE: StoreAmounts = {
  ...FULL_STORE,
  sizes: [1_000_000, 10_000_000, 100_000_000],
};

/** Measures what the store costs, and how fast it is. */
export async function storeRows(
  amounts: StoreAmounts,
  tell: (step: string) => void,
): Promise<Row[]> {
  const { rounds, messages, cars, searches, sizes } = amounts;
  tell(`durable Track, ${rounds} rounds of ${4 * messages} positions`);
  const track = await measureDurableTrack(rounds, messages, 1);
  const mixed = await measureDurableTrack(rounds, messages, 50);
  const longestPieceMs = Math.max(track.longestPieceMs, mixed.longestPieceMs);
  tell(`ListPositions, and SearchCars among ${cars} cars`);
  const reads = await measureReads(rounds, cars, searches);
  tell("the event loop while positions are stored");
  const { storing, idle } = await longestTurns(rounds);
  const rows = [
    row("Track, stored, a car a stream", track.durable, "positions/s", { atLeast: 150_000 }, {
      title: "not stored",
      value: track.unstored,
    }),
    row("p99 of Start meanwhile", track.startP99Ms, "ms", { atMost: 50 }),
    row("Track, stored, 50 cars a stream", mixed.durable, "positions/s", undefined, {
      title: "not stored",
      value: mixed.unstored,
    }),
    row("p99 of Start meanwhile", mixed.startP99Ms, "ms"),
    row("processor time of a commit on the event loop", longestPieceMs, "ms", { atMost: 10 }),
    row("longest turn while positions are stored", storing.turnMs, "ms", undefined, {
      title: "while nothing is done",
      value: idle.turnMs,
    }),
    row("processor time of a turn meanwhile", storing.ranMs, "ms", { atMost: 10 }),
    row("ListPositions", reads.listed, "positions/s", { atLeast: 300_000 }),
    row(`p50 of SearchCars among ${cars} cars`, reads.search.p50, "ms", undefined, {
      title: "of GetCar",
      value: reads.get.p50,
    }),
    row(`p99 of SearchCars among ${cars} cars`, reads.search.p99, "ms", { atMost: 2 }, {
      title: "of GetCar",
      value: reads.get.p99,
    }),
  ];
  tell(`growth to ${sizes.at(-1)} positions`);
  for (
    const { positions, storedPerSecond, bytesPerPosition, listMs } of await measureGrowth(sizes)
  ) {
    const at = `at ${positions / 1e6} million positions`;
    rows.push(
      row(`stored ${at}`, storedPerSecond, "positions/s"),
      row(`bytes of a position ${at}`, bytesPerPosition, "bytes"),
      row(`a page of 1,000 ${at}`, listMs, "ms"),
    );
  }
  return rows;
}

/** Targets of the store are of values: without a store there is nothing to compare most of them with. */
function row(
  title: string,
  value: number,
  unit: Row["unit"],
  target?: Row["target"],
  against?: Row["against"],
): Row {
  const met = target && ("atLeast" in target ? value >= target.atLeast : value <= target.atMost);
  return {
    title,
    value,
    unit,
    ...against ? { against } : {},
    ...target ? { target, met } : {},
  };
}
