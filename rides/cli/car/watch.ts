import { Command, Option } from "commander";
import type { WatchScope } from "../../wire/v1/watch.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { repeated } from "../options.ts";
import { showWatch, type WatchFlags, withWatchOptions } from "../show/watch.ts";
import { box, carId } from "../values.ts";

interface CarWatchFlags extends ConnectionFlags, WatchFlags {
  car?: bigint[];
  box?: WatchScope;
}

/** `rides client car watch` */
export function watchCommand(): Command {
  const command = withWatchOptions(new Command("watch"))
    .description("Print where cars are, then each new position and change of a ride, as they come.")
    .addOption(
      new Option("--car <car...>", "only these cars (default: all)").argParser(repeated(carId)),
    )
    .addOption(
      new Option("--box <s,w,n,e>", "only in this box, by its edges in degrees").argParser(box)
        .conflicts("car"),
    )
    .addHelpText("after", "\nExample:\n  $ rides client car watch --car 7 --car 8");
  return withConnectionOptions(command).action(watch);
}

async function watch(flags: CarWatchFlags): Promise<void> {
  await using client = await connect(flags);
  const scope: WatchScope = flags.box ??
    (flags.car ? { kind: "ids", carIds: flags.car } : { kind: "all" });
  await showWatch((options) => client.cars.watch(scope, options), flags);
}
