import type { CarKey } from "../fix_columns.ts";
import type { Waypoint } from "../../domain/way.ts";
import type { Positions } from "./positions.ts";
import type { Rides, RideUnderWay } from "./rides.ts";

/** What the next fix of a car is compared with, so that one in order needs no reads. */
export interface CarState {
  readonly car: CarKey;
  /** Its latest fix. */
  latest: Waypoint | undefined;
  /** Its latest fix that is not at 0° N, 0° E. */
  latestReal: Waypoint | undefined;
  /** No ended ride contains a fix later than this. */
  endedUntilMs: number;
  /** Its rides that are under way. */
  active: ActiveRide[];
  /** When the last of them began, while a group is written. */
  lastStartMs: number;
  /** What each of them gained, in addition to its own gains. */
  readonly gains: Gains;
}

/** What fixes have added that is not yet in the table. */
export interface Gains {
  positions: number;
  micrometers: number;
}

/** A ride that is under way, and what it gained. */
export interface ActiveRide extends RideUnderWay {
  readonly gains: Gains;
}

/** How many cars are remembered in each of the two generations. */
const GENERATION = 50_000;

/**
 * The states of the cars that were heard of most recently. Those not looked up since the previous generation
 * began are forgotten when the present one is full.
 */
export class CarStates {
  #young = new Map<CarKey, CarState>();
  #old = new Map<CarKey, CarState>();

  constructor(readonly positions: Positions, readonly rides: Rides) {}

  of(car: CarKey): CarState {
    const young = this.#young.get(car);
    if (young) return young;
    const state = this.#old.get(car) ?? this.#read(car);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(car, state);
    return state;
  }

  /** Forgets everything: a transaction was rolled back. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #read(car: CarKey): CarState {
    const latest = this.positions.latest(car);
    return {
      car,
      latest,
      latestReal: latest && this.positions.realBefore(car, latest.timeMs + 1),
      endedUntilMs: this.rides.endedUntil(car),
      active: this.rides.active(car).map(withoutGains),
      lastStartMs: -Infinity,
      gains: { positions: 0, micrometers: 0 },
    };
  }
}

/** A ride that begins to be under way. */
export function withoutGains(ride: RideUnderWay): ActiveRide {
  return { ...ride, gains: { positions: 0, micrometers: 0 } };
}
