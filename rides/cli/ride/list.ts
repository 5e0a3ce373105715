import { Command, Option } from "commander";
import { RIDE_STATES, type RideState } from "../../domain/ride_state.ts";
import type { Timestamp } from "../../domain/timestamp.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { rideJson } from "../show/json.ts";
import { asked, limitOption, list, type ListFlags } from "../show/list.ts";
import { RIDE_COLUMNS } from "../show/ride.ts";
import { driverId, someCarId, time } from "../values.ts";

interface RideListFlags extends ConnectionFlags, ListFlags {
  state?: RideState[];
  carId?: bigint;
  driverId?: string;
  from?: Timestamp;
  to?: Timestamp;
}

/** `rides client ride list` */
export function listCommand(): Command {
  const command = new Command("list")
    .description("List rides, the newest first.")
    .addOption(new Option("--state <state...>", "in one of these states").choices(RIDE_STATES))
    .addOption(new Option("--car-id <number>", "of this car").argParser(someCarId))
    .addOption(new Option("--driver-id <id>", "of this driver").argParser(driverId))
    .addOption(new Option("--from <time>", "created at or after, RFC 3339").argParser(time))
    .addOption(new Option("--to <time>", "created before").argParser(time))
    .addOption(limitOption("rides"))
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client ride list --state REQUESTED --state ASSIGNED",
    );
  return withConnectionOptions(command).action(listRides);
}

async function listRides(flags: RideListFlags): Promise<void> {
  await using client = await connect(flags);
  const { state, carId, driverId, from, to } = flags;
  const rides = client.rides.list({
    states: state,
    carId,
    driverId,
    createFrom: from,
    createTo: to,
    limit: asked(flags),
  });
  await list(rides, flags, RIDE_COLUMNS, rideJson);
}
