import { Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { carJson } from "../show/json.ts";
import { asked, limitOption, list, type ListFlags } from "../show/list.ts";
import { CAR_COLUMNS } from "../show/position.ts";

/** `rides client car list` */
export function listCommand(): Command {
  const command = new Command("list")
    .description("List the cars with a known position, by number.")
    .addOption(limitOption("cars"))
    .addHelpText("after", "\nExample:\n  $ rides client car list --format json");
  return withConnectionOptions(command).action(listCars);
}

async function listCars(flags: ConnectionFlags & ListFlags): Promise<void> {
  await using client = await connect(flags);
  await list(client.cars.list({ limit: asked(flags) }), flags, CAR_COLUMNS, carJson);
}
