import type { Feed } from "../../live/feed.ts";
import type { Storage } from "../../storage/mod.ts";
import type { Settings } from "../settings.ts";
import { CarLimit } from "./car_limit.ts";
import { carService } from "./car_service.ts";
import { personService } from "./person.ts";
import { rideService } from "./ride_service.ts";
import { ridesService } from "./rides.ts";
import type { Service } from "./service.ts";

/** What the server is for: the two services of the reference, and those of `rides.v1`. */
export function servicesOf(storage: Storage, feed: Feed, { maxCars }: Settings): Service[] {
  const positions = new CarLimit(storage, feed.index, maxCars);
  return [
    ridesService(storage, positions),
    personService(storage),
    rideService(storage, feed),
    carService(positions, feed),
  ];
}
