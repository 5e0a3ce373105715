import { refuseIfAny, type Violation } from "../../domain/failure.ts";
import { toE7 } from "../../domain/fix.ts";
import { checkLocation } from "../../domain/location.ts";
import { checkCarId } from "../../domain/position.ts";
import { allCars, type CarScope, CarsInBox, SomeCars } from "../../live/car_scope.ts";
import type { WatchScope } from "../../wire/v1/watch.ts";

const MAX_CAR_IDS = 10_000;

/**
 * Which cars a request means.
 *
 * @throws {InvalidArgument} with every field that is refused
 */
export function toCarScope(scope: WatchScope): CarScope {
  switch (scope.kind) {
    case "all":
      return allCars;
    case "ids":
      return toSomeCars(scope.carIds);
    case "box":
      return toBox(scope);
  }
}

function toSomeCars(carIds: readonly bigint[] | BigInt64Array): CarScope {
  const violations: Violation[] = [];
  const count = carIds.length;
  if (count === 0) violations.push({ field: "ids.car_ids", reason: "empty" });
  if (count > MAX_CAR_IDS) {
    const reason = `${count} are more than ${MAX_CAR_IDS}: watch a box, or all`;
    refuseIfAny([{ field: "ids.car_ids", reason }]);
  }
  for (const [index, id] of carIds.entries()) {
    checkCarId(id, violations, `ids.car_ids[${index}]`);
  }
  refuseIfAny(violations);
  return new SomeCars(carIds);
}

function toBox({ southWest, northEast }: WatchScope & { kind: "box" }): CarScope {
  const violations: Violation[] = [];
  if (southWest) checkLocation(southWest, violations, "box.south_west");
  else violations.push({ field: "box.south_west", reason: "missing" });
  if (northEast) checkLocation(northEast, violations, "box.north_east");
  else violations.push({ field: "box.north_east", reason: "missing" });
  refuseIfAny(violations);
  if (!southWest || !northEast) throw new TypeError("Missing corners were refused above");
  if (northEast.lat < southWest.lat) {
    const reason = `${northEast.lat} is south of the other corner, ${southWest.lat}`;
    refuseIfAny([{ field: "box.north_east.lat", reason }]);
  }
  return new CarsInBox({
    south: toE7(southWest.lat),
    west: toE7(southWest.lng),
    north: toE7(northEast.lat),
    east: toE7(northEast.lng),
  });
}
