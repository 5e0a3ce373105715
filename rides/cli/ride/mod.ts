import { Command } from "commander";
import { changeCommands } from "./change.ts";
import { createCommand } from "./create.ts";
import { getCommand } from "./get.ts";
import { listCommand } from "./list.ts";
import { watchCommand } from "./watch.ts";

/** `rides client ride` */
export function rideCommand(): Command {
  const command = new Command("ride")
    .description("Rides from their request to their end.")
    .addHelpText("after", "\nExample:\n  $ rides client ride list --state ACTIVE")
    .addCommand(createCommand())
    .addCommand(getCommand())
    .addCommand(listCommand());
  for (const change of changeCommands()) command.addCommand(change);
  return command.addCommand(watchCommand());
}
