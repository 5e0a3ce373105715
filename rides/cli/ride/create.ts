import { Command, Option } from "commander";
import type { Location } from "../../domain/location.ts";
import type { RideType } from "../../domain/ride.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { filled } from "../options.ts";
import { showRide } from "../show/ride.ts";
import { passengersOption, rideTypeOption } from "../ride_options.ts";
import { driverId, place, someCarId } from "../values.ts";

interface CreateFlags extends ConnectionFlags {
  carId: bigint;
  driverId: string;
  passengerId: string[];
  type: RideType;
  pickup?: Location;
  dropoff?: Location;
  requestId?: string;
}

/** `rides client ride create` */
export function createCommand(): Command {
  const command = new Command("create")
    .description("Create a ride: REQUESTED, or ASSIGNED where it has a car and a driver.")
    .addOption(passengersOption())
    .addOption(rideTypeOption())
    .addOption(
      new Option("--pickup <lat,lng>", "where the passengers are picked up").argParser(place),
    )
    .addOption(new Option("--dropoff <lat,lng>", "where they are taken").argParser(place))
    .addOption(
      new Option("--car-id <number>", "the car, if known already; with --driver-id")
        .argParser(someCarId).default(0n, "none"),
    )
    .addOption(new Option("--driver-id <id>", "the driver").argParser(driverId).default("", "none"))
    .addOption(
      new Option(
        "--request-id <id>",
        "letters, digits and dashes; repeating it returns the ride that it created",
      )
        .argParser(filled("letters, digits and dashes")),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client ride create --passenger-id M --pickup 51.46,-0.2 " +
        "--dropoff 51.5,-0.12",
    );
  return withConnectionOptions(command).action(create);
}

async function create(flags: CreateFlags): Promise<void> {
  await using client = await connect(flags);
  const { carId, driverId, passengerId, type, pickup, dropoff, requestId, format } = flags;
  const ride = { carId, driverId, passengersIds: passengerId, type, pickup, dropoff };
  showRide(await client.rides.create(ride, requestId), format);
}
