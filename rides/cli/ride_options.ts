/** The options of every command that makes a ride. */
import { Option } from "commander";
import { RIDE_TYPES } from "../domain/ride_start.ts";

/** `--passenger-id`, repeatable. */
export function passengersOption(): Option {
  return new Option("--passenger-id <id>", "a passenger; repeatable")
    .argParser((id, ids: string[]) => [...ids, id]).default([], "none");
}

/** `--type`, one of {@linkcode RIDE_TYPES}. */
export function rideTypeOption(): Option {
  return new Option("--type <type>", "how the seats are used").choices(RIDE_TYPES)
    .default(RIDE_TYPES[0]);
}
