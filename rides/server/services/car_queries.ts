import { NotFound, refuseIfAny, type Violation } from "../../domain/failure.ts";
import type { StoredFix } from "../../domain/fix.ts";
import { checkLocation } from "../../domain/location.ts";
import type { CarIndex } from "../../live/car_index.ts";
import type { CarNamed, FoundCars, SearchCars } from "../../wire/v1/car_service.ts";
import { carId } from "./names.ts";

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;

/** The calls of `rides.v1.CarService` about where cars are now, which is known without the store. */
export function carQueries(index: CarIndex) {
  return {
    GetCar({ request }: { request: CarNamed }): StoredFix {
      const id = carId(request.name);
      const latest = index.latest(id);
      if (!latest) throw new NotFound(`cars/${id}: no position of this car is known`);
      return latest;
    },

    SearchCars({ request }: { request: SearchCars }): FoundCars {
      const { location, radiusMeters, maxStalenessSeconds, pageSize } = request;
      const violations: Violation[] = [];
      if (location) checkLocation(location, violations);
      else violations.push({ field: "location", reason: "missing" });
      // Written so that NaN, for which every comparison is false, is refused.
      if (!(radiusMeters > 0)) {
        violations.push({ field: "radius_meters", reason: `${radiusMeters} is not above 0` });
      }
      if (maxStalenessSeconds !== null && maxStalenessSeconds < 0) {
        violations.push({ field: "max_staleness", reason: "must not be negative" });
      }
      if (pageSize < 0) violations.push({ field: "page_size", reason: "must not be negative" });
      refuseIfAny(violations);
      if (!location) return { cars: [] };
      const limit = Math.min(pageSize || PAGE_SIZE, MAX_PAGE_SIZE);
      const fromMs = maxStalenessSeconds === null
        ? undefined
        : Date.now() - maxStalenessSeconds * 1_000;
      return { cars: index.nearest(location, radiusMeters, limit, fromMs) };
    },
  };
}
