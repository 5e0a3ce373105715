import { NotFound, refuseIfAny, type Violation } from "../../domain/failure.ts";
import type { StoredFix } from "../../domain/fix.ts";
import { checkLocation } from "../../domain/location.ts";
import type { CarIndex } from "../../live/car_index.ts";
import { parseInt64 } from "../../wire/codec.ts";
import type {
  CarNamed,
  CarPage,
  FoundCars,
  ListCars,
  SearchCars,
} from "../../wire/v1/car_service.ts";
import { carIdOf } from "./names.ts";
import { pageSize, pageToken, placeOf } from "./paging.ts";

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;

/** What the pages of ListCars have in common; its queries have no fields. */
const LIST = { method: "ListCars" };

/** The car after which a page begins; a string, since JSON has no 64-bit integers. */
interface CarPlace {
  readonly carId: string;
}

/** The calls of `rides.v1.CarService` about where cars are now, which are answered without the store. */
export function carQueries(index: CarIndex) {
  return {
    GetCar({ request }: { request: CarNamed }): StoredFix {
      return requireKnown(index, carIdOf("name", request.name));
    },

    ListCars({ request }: { request: ListCars }): CarPage {
      const violations: Violation[] = [];
      const size = pageSize(request.pageSize, PAGE_SIZE, MAX_PAGE_SIZE, violations);
      const after = placeOf(request.pageToken, LIST, isCarPlace, violations);
      refuseIfAny(violations);
      const found = [...index.after(BigInt(after?.carId ?? 0)).take(size + 1)];
      const cars = found.slice(0, size);
      const last = cars.at(-1);
      const isCut = last !== undefined && found.length > size;
      return { cars, nextPageToken: isCut ? pageToken(LIST, { carId: `${last.carId}` }) : "" };
    },

    SearchCars({ request }: { request: SearchCars }): FoundCars {
      const { location, radiusMeters, maxStalenessSeconds } = request;
      const violations: Violation[] = [];
      const limit = pageSize(request.pageSize, PAGE_SIZE, MAX_PAGE_SIZE, violations);
      if (location) checkLocation(location, violations);
      else violations.push({ field: "location", reason: "missing" });
      // Written so that NaN, for which every comparison is false, is refused.
      if (!(radiusMeters > 0)) {
        violations.push({ field: "radius_meters", reason: `${radiusMeters} is not above 0` });
      }
      if (maxStalenessSeconds !== null && maxStalenessSeconds < 0) {
        violations.push({ field: "max_staleness", reason: "must not be negative" });
      }
      refuseIfAny(violations);
      if (!location) return { cars: [] };
      const fromMs = maxStalenessSeconds === null
        ? undefined
        : Date.now() - maxStalenessSeconds * 1_000;
      return { cars: index.nearest(location, radiusMeters, limit, fromMs) };
    },
  };
}

/**
 * The latest fix of a car.
 *
 * @throws {NotFound} if it was never heard of
 */
export function requireKnown(index: CarIndex, carId: bigint): StoredFix {
  const latest = index.latest(carId);
  if (!latest) throw new NotFound(`cars/${carId}: no position of this car is known`);
  return latest;
}

function isCarPlace(value: unknown): value is CarPlace {
  const { carId } = (value ?? {}) as Partial<Record<keyof CarPlace, unknown>>;
  return typeof carId === "string" && parseInt64(carId) !== undefined;
}
