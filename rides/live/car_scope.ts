import { createHash } from "node:crypto";
import type { PlacedChange } from "../domain/commit.ts";
import type { Place, StoredFix } from "../domain/fix.ts";
import type { CarIndex } from "./car_index.ts";

/** The cars and rides that have changed since the watchers were last told. */
export interface Touched {
  readonly cars: ReadonlySet<bigint>;
  readonly rides: ReadonlySet<string>;
}

/** Which cars are watched. */
export interface CarScope {
  /** Equal for equal scopes, and for no others. */
  readonly key: string;
  /** How many cars it holds by their numbers. */
  readonly listedCars: number;
  /** The cars with a number above `carId` that may be watched now, in the order of the numbers. */
  after(index: CarIndex, carId: bigint): Iterable<StoredFix>;
  /** Whether a car that is there is watched now. */
  has(fix: StoredFix): boolean;
  /** Whether a change is to be told. */
  concerns(change: PlacedChange): boolean;
  /** False if none of what has changed is to be told; true if it has to be looked at. */
  mayConcern(touched: Touched): boolean;
}

/** Every car. */
export const allCars: CarScope = {
  key: "all",
  listedCars: 0,
  after: (index, carId) => index.after(carId),
  has: () => true,
  concerns: () => true,
  mayConcern: () => true,
};

/** Some cars, by their numbers, heard of or not. */
export class SomeCars implements CarScope {
  readonly key: string;
  /** Sorted and unique: a set of that many takes ten times the room. */
  readonly #ids: BigInt64Array;

  constructor(carIds: Iterable<bigint>) {
    this.#ids = BigInt64Array.from(new Set(carIds)).sort();
    this.key = `ids:${createHash("sha256").update(this.#ids.join()).digest("base64url")}`;
  }

  get listedCars(): number {
    return this.#ids.length;
  }

  *after(index: CarIndex, carId: bigint): Generator<StoredFix> {
    for (const id of this.#ids.subarray(this.#firstFrom(carId + 1n))) {
      const fix = index.latest(id);
      if (fix) yield fix;
    }
  }

  has({ carId }: StoredFix): boolean {
    return this.#names(carId);
  }

  concerns({ carId }: PlacedChange): boolean {
    return this.#names(carId);
  }

  mayConcern({ cars }: Touched): boolean {
    if (cars.size > this.#ids.length) return this.#ids.some((id) => cars.has(id));
    for (const carId of cars) if (this.#names(carId)) return true;
    return false;
  }

  #names(carId: bigint): boolean {
    return this.#ids[this.#firstFrom(carId)] === carId;
  }

  /** The place of the first car with that number or a higher one. */
  #firstFrom(carId: bigint): number {
    let [from, to] = [0, this.#ids.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#ids[middle]! < carId) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** The part of the Earth between two parallels and two meridians, its edges with it, in 1e-7 degrees. */
export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  /** Where it is west of `west`, the box crosses the antimeridian. */
  readonly east: number;
}

/** The cars in a box: told of while they are in it, and once more when they have left. */
export class CarsInBox implements CarScope {
  readonly key: string;
  readonly listedCars = 0;

  constructor(private readonly box: Box) {
    const { south, west, north, east } = box;
    this.key = `box:${[south, west, north, east].join()}`;
  }

  after(index: CarIndex, carId: bigint): Iterable<StoredFix> {
    return index.after(carId);
  }

  has(fix: StoredFix): boolean {
    return isIn(this.box, fix);
  }

  concerns(change: PlacedChange): boolean {
    const { before } = change;
    return before !== undefined && isIn(this.box, before) ||
      change.kind === "fix" && isIn(this.box, change.fix);
  }

  mayConcern(): boolean {
    return true;
  }
}

/** Some cars without their rides, for callers who may not see those. */
export class WithoutRides implements CarScope {
  readonly key: string;
  readonly listedCars: number;

  constructor(private readonly cars: CarScope) {
    this.key = `without rides ${cars.key}`;
    this.listedCars = cars.listedCars;
  }

  after(index: CarIndex, carId: bigint): Iterable<StoredFix> {
    return this.cars.after(index, carId);
  }

  has(fix: StoredFix): boolean {
    return this.cars.has(fix);
  }

  concerns(change: PlacedChange): boolean {
    return change.kind === "fix" && this.cars.concerns(change);
  }

  mayConcern(touched: Touched): boolean {
    return this.cars.mayConcern(touched);
  }
}

const POLE = 900_000_000;
const ANTIMERIDIAN = 1_800_000_000;

function isIn({ south, west, north, east }: Box, { latE7, lngE7 }: Place): boolean {
  if (latE7 < south || latE7 > north) return false;
  if (isBetween(west, lngE7, east)) return true;
  // A pole is on every meridian, and -180° and 180° are the same one.
  if (Math.abs(latE7) === POLE) return true;
  return Math.abs(lngE7) === ANTIMERIDIAN && isBetween(west, -lngE7, east);
}

function isBetween(west: number, lng: number, east: number): boolean {
  return west <= east ? west <= lng && lng <= east : lng >= west || lng <= east;
}
