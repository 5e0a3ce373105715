import { createHash } from "node:crypto";
import type { PlacedChange } from "../domain/commit.ts";
import type { Place, StoredFix } from "../domain/fix.ts";
import type { CarIndex } from "./car_index.ts";

/** The cars, and the rides, that have changed since the watchers were told last. */
export interface Touched {
  readonly cars: ReadonlySet<bigint>;
  readonly rides: ReadonlySet<string>;
}

/** Which cars are watched. */
export interface CarScope {
  /** Equal for equal scopes, and for no others. */
  readonly key: string;
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
  after: (index, carId) => index.after(carId),
  has: () => true,
  concerns: () => true,
  mayConcern: () => true,
};

/** Some cars, by their numbers, heard of or not. */
export class SomeCars implements CarScope {
  readonly key: string;
  readonly #ids: ReadonlySet<bigint>;
  readonly #sorted: readonly bigint[];

  constructor(carIds: readonly bigint[]) {
    this.#ids = new Set(carIds);
    this.#sorted = [...this.#ids].sort((a, b) => a < b ? -1 : 1);
    this.key = `ids:${createHash("sha256").update(this.#sorted.join()).digest("base64url")}`;
  }

  *after(index: CarIndex, carId: bigint): Generator<StoredFix> {
    for (const id of this.#sorted) {
      const fix = id > carId ? index.latest(id) : undefined;
      if (fix) yield fix;
    }
  }

  has({ carId }: StoredFix): boolean {
    return this.#ids.has(carId);
  }

  concerns({ carId }: PlacedChange): boolean {
    return this.#ids.has(carId);
  }

  mayConcern({ cars }: Touched): boolean {
    const [few, many] = cars.size < this.#ids.size ? [cars, this.#ids] : [this.#ids, cars];
    for (const id of few) if (many.has(id)) return true;
    return false;
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
