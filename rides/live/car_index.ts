import { locationOf, type StoredFix } from "../domain/fix.ts";
import type { Location } from "../domain/location.ts";
import { EARTH_RADIUS_METERS, metersBetween } from "../domain/way.ts";
import { columns, grow } from "./columns.ts";
import { SphereTree } from "./sphere_tree.ts";

/** A car that a search found. */
export interface NearCar {
  /** Its latest fix. */
  readonly car: StoredFix;
  /** How far it is, along the great circle. */
  readonly distanceMeters: number;
}

/**
 * The latest fix of every car, in memory: by the car's number, in the order of the numbers, and by location.
 * Each car has a place (a number from 0) that it keeps; cars are added, never removed.
 */
export class CarIndex {
  readonly #placeOf = new Map<bigint, number>();
  readonly #fixes: StoredFix[] = [];
  readonly #tree = new SphereTree();
  /** The last car that was looked up: positions often come many in a row for one car. */
  #asked: { readonly carId: bigint; readonly place: number } | undefined;
  /** Every place but those of `#unsorted`, by the numbers of their cars; the column may be longer. */
  readonly #sorted = columns([], ["place"]);
  #unsorted: number[] = [];

  /** How many cars there are. */
  get size(): number {
    return this.#fixes.length;
  }

  /** Takes a fix, unless the car has it or a later one. */
  put(fix: StoredFix): void {
    let place = this.#placeOf.get(fix.carId);
    if (place === undefined) {
      place = this.#fixes.length;
      this.#placeOf.set(fix.carId, place);
      this.#unsorted.push(place);
    } else if (this.#fixes[place]!.timeMs >= fix.timeMs) {
      return;
    }
    this.#fixes[place] = fix;
    const { lat, lng } = locationOf(fix);
    this.#tree.put(place, lat, lng, fix.timeMs);
  }

  /** The latest fix of a car; none if it was never heard of. */
  latest(carId: bigint): StoredFix | undefined {
    if (carId === this.#asked?.carId) return this.#fixes[this.#asked.place];
    const place = this.#placeOf.get(carId);
    if (place === undefined) return undefined;
    this.#asked = { carId, place };
    return this.#fixes[place];
  }

  /** The latest fixes of the cars with a number above `carId`, in the order of the numbers. */
  *after(carId: bigint): Generator<StoredFix> {
    this.#sort();
    const { place } = this.#sorted;
    for (let at = this.#firstAbove(carId, this.size); at < this.size; at++) {
      yield this.#fixes[place[at]!]!;
    }
  }

  /**
   * The cars around a place, the nearest first; exact, also across the antimeridian and at the poles. Only on
   * the other side of the Earth, 20,000 km away, it tells no decimetres apart.
   *
   * @param radiusMeters along the great circle; half the way around the Earth and more is everywhere
   * @param fromMs how old the latest fixes may be: of that time or later
   */
  nearest(at: Location, radiusMeters: number, limit: number, fromMs = -Infinity): NearCar[] {
    const fixes = this.#fixes;
    return this.#tree
      .nearest(at.lat, at.lng, radiusMeters / EARTH_RADIUS_METERS, limit, fromMs)
      .map((place) => {
        const car = fixes[place]!;
        return { car, distanceMeters: metersBetween(at, locationOf(car)) };
      })
      .filter(({ distanceMeters }) => distanceMeters <= radiusMeters)
      // The tree measures chords, which may differ from this in the last digit.
      .sort((a, b) => a.distanceMeters - b.distanceMeters);
  }

  /** Puts the cars that came since the last time among the others. Runs of those are moved as they are. */
  #sort(): void {
    if (this.#unsorted.length === 0) return;
    const fixes = this.#fixes;
    const added = this.#unsorted.sort((a, b) => fixes[a]!.carId < fixes[b]!.carId ? -1 : 1);
    this.#unsorted = [];
    let end = this.size - added.length;
    grow(this.#sorted, this.size);
    const { place } = this.#sorted;
    let left = added.length;
    for (; left > 0 && end > 0; left--) {
      const car = added[left - 1]!;
      const at = this.#firstAbove(fixes[car]!.carId, end);
      if (at < end) place.copyWithin(at + left, at, end);
      place[at + left - 1] = car;
      end = at;
    }
    place.set(added.slice(0, left));
  }

  /** Where among the first `count` of the sorted the cars with a number above `carId` begin. */
  #firstAbove(carId: bigint, count: number): number {
    const { place } = this.#sorted;
    let from = 0;
    for (let to = count; from < to;) {
      const middle = (from + to) >> 1;
      if (this.#fixes[place[middle]!]!.carId <= carId) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
