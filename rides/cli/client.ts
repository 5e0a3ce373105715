import { Command } from "commander";
import { carCommand } from "./car/mod.ts";
import { healthCommand } from "./health.ts";
import { personCommand } from "./person.ts";
import { rideCommand } from "./ride/mod.ts";
import { startCommand } from "./start.ts";
import { trackCommand } from "./track.ts";

/** `rides client` */
export function clientCommand(): Command {
  return new Command("client")
    .description("Call a server.")
    .addHelpText("after", "\nExample:\n  $ rides client track --random 10")
    .addCommand(startCommand())
    .addCommand(trackCommand())
    .addCommand(rideCommand())
    .addCommand(carCommand())
    .addCommand(personCommand())
    .addCommand(healthCommand());
}
