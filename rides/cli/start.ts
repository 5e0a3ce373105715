import { Command, Option } from "commander";
import { RIDE_TYPES } from "../domain/ride_start.ts";
import type { Timestamp } from "../domain/timestamp.ts";
import { printable } from "../wire/printable.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "./connection.ts";
import { UsageError } from "./failure.ts";
import { decimal } from "./options.ts";
import { print } from "./output.ts";
import { passengersOption, rideTypeOption } from "./ride_options.ts";
import { carId, time } from "./values.ts";

interface StartFlags extends ConnectionFlags {
  carId: bigint;
  driverId: string;
  passengerId: string[];
  type: string;
  lat?: number;
  lng?: number;
  time?: Timestamp;
}

/** `rides client start` */
export function startCommand(): Command {
  const command = new Command("start")
    .description("Start a ride and print its id.")
    .addOption(
      new Option("--car-id <number>", "the car").argParser(carId).makeOptionMandatory(),
    )
    .requiredOption("--driver-id <id>", "the driver")
    .addOption(passengersOption())
    .addOption(rideTypeOption())
    .addOption(new Option("--lat <degrees>", "latitude of the start").argParser(decimal))
    .addOption(new Option("--lng <degrees>", "longitude of the start").argParser(decimal))
    .addOption(new Option("--time <time>", "when it starts, RFC 3339").argParser(time))
    .addHelpText(
      "after",
      `\nExample:\n  $ rides client start --car-id 7 --driver-id "John Doe" --passenger-id M ` +
        `--passenger-id Q \\\n      --type POOL --lat 51.46 --lng -0.2`,
    );
  return withConnectionOptions(command).action(start);
}

async function start(flags: StartFlags): Promise<void> {
  const { lat, lng } = flags;
  if ((lat === undefined) !== (lng === undefined)) {
    throw new UsageError("--lat and --lng go together: give both or none");
  }
  await using client = await connect(flags);
  const id = await client.start({
    carId: flags.carId,
    driverId: flags.driverId,
    passengerIds: flags.passengerId,
    type: RIDE_TYPES.findIndex((name) => name === flags.type),
    location: lat === undefined || lng === undefined ? null : { lat, lng },
    time: flags.time,
  });
  print(flags.format, printable(id), { id });
}
