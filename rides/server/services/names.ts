import { InvalidArgument } from "../../domain/failure.ts";
import { parseInt64 } from "../../wire/codec.ts";
import { carName, idOf } from "../../wire/v1/names.ts";

/**
 * The number of a car in its name.
 *
 * @param field that holds the name
 * @throws {InvalidArgument} if it is no car's name
 */
export function carIdOf(field: string, name: string): bigint {
  const carId = parseInt64(idOf("cars", name) ?? "");
  // One name for each car (AIP-122): cars/07 is none.
  if (carId !== undefined && carId > 0n && carName(carId) === name) return carId;
  const reason = `${JSON.stringify(name)} is not the name of a car, as in cars/7`;
  throw new InvalidArgument([{ field, reason }]);
}

/**
 * The id of a ride in its name.
 *
 * @throws {InvalidArgument} if it is no ride's name
 */
export function rideId(name: string): string {
  const id = idOf("rides", name);
  if (id !== undefined) return id;
  const reason = `${JSON.stringify(name)} is not the name of a ride, as in rides/0192d4e0-…`;
  throw new InvalidArgument([{ field: "name", reason }]);
}
