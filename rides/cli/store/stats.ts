import { Command } from "commander";
import { formatOption } from "../options.ts";
import { type OutputFormat, print } from "../output.ts";
import { showCard } from "../show/card.ts";
import { openStoreFile, storeFileOption, type StoreFlags } from "./file.ts";

interface StatsFlags extends StoreFlags {
  format: OutputFormat;
}

/** `rides store stats` */
export function statsCommand(): Command {
  return new Command("stats")
    .description("Say how much a store holds.")
    .addOption(storeFileOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides store stats --format json")
    .action(stats);
}

function stats(flags: StatsFlags): void {
  using store = openStoreFile(flags);
  const { rides, cars, positions, persons, bytes, lastSequence, oldestSequence } = store.stats();
  if (flags.format === "json") {
    return print("json", "", {
      rides,
      cars,
      positions,
      persons,
      bytes,
      last_sequence: lastSequence,
      oldest_sequence: oldestSequence,
    });
  }
  const kept = lastSequence - oldestSequence + 1;
  showCard([
    ["rides", grouped(rides)],
    ["cars", grouped(cars)],
    ["positions", grouped(positions)],
    ["persons", grouped(persons)],
    ["size", `${(bytes / 1024 ** 2).toFixed(1)} MiB`],
    ["commits", `${grouped(lastSequence)}, the last ${grouped(kept)} to resume watches from`],
  ]);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
