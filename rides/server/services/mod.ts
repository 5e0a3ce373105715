import type { Feed } from "../../live/feed.ts";
import type { Storage } from "../../storage/mod.ts";
import type { ResolvedOptions } from "../options.ts";
import { CarLimit } from "./car_limit.ts";
import { carService } from "./car_service.ts";
import { channelzService } from "./channelz.ts";
import { Health } from "./health.ts";
import { Listings } from "./listings.ts";
import { personService } from "./person.ts";
import { reflectionServices } from "./reflection.ts";
import { rideService } from "./ride_service.ts";
import { ridesService } from "./rides.ts";
import type { Service } from "./service.ts";

/** How many pages are read at a time: one while another is encoded. */
const PAGES_AT_ONCE = 2;

/**
 * Every service of a server: the two of the reference, those of `rides.v1`, those that were added, and
 * those that tell of the server and of the others.
 */
export function servicesOf(options: ResolvedOptions, storage: Storage, feed: Feed): Service[] {
  const positions = new CarLimit(storage, feed.index, options.maxCars);
  const pages = new Listings(PAGES_AT_ONCE, PAGES_AT_ONCE);
  const services: Service[] = [
    ridesService(storage, positions),
    personService(storage),
    rideService(storage, feed, pages),
    carService(positions, feed, pages),
    ...options.services,
  ];
  if (options.channelz) services.push(channelzService());
  services.push(new Health(services.map(fullName), options.readiness));
  if (options.reflection) services.push(...reflectionServices(services.map(fullName)));
  return services;
}

/** The full name of a service, as in `rides.v1.RideService`, which its methods' paths hold. */
function fullName({ definition }: Service): string {
  const [method] = Object.values(definition);
  return method?.path.split("/")[1] ?? "";
}
