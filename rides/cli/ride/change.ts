import { Command, Option } from "commander";
import type { RideCalls } from "../../client/ride_calls.ts";
import type { Ride } from "../../domain/ride.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { UsageError } from "../failure.ts";
import { showRide } from "../show/ride.ts";
import { driverId, etag, someCarId } from "../values.ts";

interface ChangeFlags extends ConnectionFlags {
  etag?: string;
}

interface AssignFlags extends ChangeFlags {
  carId?: bigint;
  driverId?: string;
  release?: boolean;
}

/** The changes to a ride that need no further arguments, and what they mean. */
const CHANGES = {
  arrive: "ASSIGNED → ARRIVED: the car waits at the pickup.",
  begin: "ARRIVED → ACTIVE: the passengers are in the car.",
  complete: "ACTIVE → COMPLETED: the ride came to its end.",
  cancel: "REQUESTED, ASSIGNED or ARRIVED → CANCELED.",
} as const;

/** `rides client ride assign | arrive | begin | complete | cancel` */
export function changeCommands(): Command[] {
  const changes = Object.keys(CHANGES) as (keyof typeof CHANGES)[];
  return [assignCommand(), ...changes.map(changeCommand)];
}

function assignCommand(): Command {
  const command = changing("assign", "--car-id 7 --driver-id 'John Doe'")
    .description("REQUESTED → ASSIGNED: a car and its driver take the ride.")
    .addOption(new Option("--car-id <number>", "the car").argParser(someCarId))
    .addOption(new Option("--driver-id <id>", "the driver").argParser(driverId))
    .addOption(
      new Option("--release", "ASSIGNED → REQUESTED: they give it back").conflicts([
        "carId",
        "driverId",
      ]),
    );
  return withConnectionOptions(command).action(assign);
}

async function assign(ride: string, flags: AssignFlags): Promise<void> {
  const { carId, driverId, release, etag } = flags;
  await change(flags, (rides) => {
    if (release) return rides.unassign(ride, etag);
    if (carId === undefined || driverId === undefined) {
      throw new UsageError("Give --car-id and --driver-id, or --release");
    }
    return rides.assign(ride, carId, driverId, etag);
  });
}

function changeCommand(name: keyof typeof CHANGES): Command {
  const command = changing(name).description(CHANGES[name]);
  return withConnectionOptions(command).action((ride: string, flags: ChangeFlags) =>
    change(flags, (rides) => rides[name](ride, flags.etag))
  );
}

function changing(name: string, more = `--etag '"3"'`): Command {
  return new Command(name)
    .argument("<ride>", "its id, or rides/ID")
    .addOption(
      new Option("--etag <etag>", "change it only if this is still its etag").argParser(etag),
    )
    .addHelpText(
      "after",
      `\nExample:\n  $ rides client ride ${name} 01920000-0000-7000-8000-000000000000 ${more}`,
    );
}

async function change(
  flags: ChangeFlags,
  call: (rides: RideCalls) => Promise<Ride>,
): Promise<void> {
  await using client = await connect(flags);
  showRide(await call(client.rides), flags.format);
}
