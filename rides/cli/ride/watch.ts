import { Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { showWatch, type WatchFlags, withWatchOptions } from "../show/watch.ts";

/** `rides client ride watch` */
export function watchCommand(): Command {
  const command = withWatchOptions(new Command("watch"))
    .description(
      "Print a ride as it is, then its changes and the positions of its car, until it has ended.",
    )
    .argument("<ride>", "its id, or rides/ID")
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client ride watch 01920000-0000-7000-8000-000000000000",
    );
  return withConnectionOptions(command).action(watch);
}

async function watch(ride: string, flags: ConnectionFlags & WatchFlags): Promise<void> {
  await using client = await connect(flags);
  await showWatch((options) => client.rides.watch(ride, options), flags);
}
