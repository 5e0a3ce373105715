import { Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { showCar } from "../show/position.ts";
import { carId } from "../values.ts";

/** `rides client car get` */
export function getCommand(): Command {
  const command = new Command("get")
    .description("Print the latest position of a car.")
    .argument("<car>", "its number, or cars/NUMBER", carId)
    .addHelpText("after", "\nExample:\n  $ rides client car get 7");
  return withConnectionOptions(command).action(get);
}

async function get(car: bigint, flags: ConnectionFlags): Promise<void> {
  await using client = await connect(flags);
  showCar(await client.cars.get(car), flags.format);
}
