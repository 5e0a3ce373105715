import { Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { showRide } from "../show/ride.ts";

/** `rides client ride get` */
export function getCommand(): Command {
  const command = new Command("get")
    .description("Print a ride.")
    .argument("<ride>", "its id, or rides/ID")
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client ride get 01920000-0000-7000-8000-000000000000",
    );
  return withConnectionOptions(command).action(get);
}

async function get(ride: string, flags: ConnectionFlags): Promise<void> {
  await using client = await connect(flags);
  showRide(await client.rides.get(ride), flags.format);
}
