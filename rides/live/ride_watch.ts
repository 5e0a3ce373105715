import type { EncodedChange, PlacedChange } from "../domain/commit.ts";
import type { Ride } from "../domain/ride.ts";
import { isFinal } from "../domain/ride_state.ts";
import type { CarIndex } from "./car_index.ts";
import type { Touched } from "./car_scope.ts";
import type { WatchEncoder } from "./watch_encoder.ts";
import type { Told } from "./resume_token.ts";
import type { Subject } from "./subject.ts";

/** A watch of a ride: its changes and, while it is ACTIVE, the positions of its car; up to its end. */
export class RideWatch implements Subject {
  readonly key: string;
  readonly listedCars = 0;
  readonly #id: string;
  #carId: bigint;
  #told: Told;

  /**
   * @param ride as it is now
   * @param told what was told of it; default the ride as it is
   */
  constructor(
    ride: Ride,
    private readonly index: CarIndex,
    private readonly encoder: WatchEncoder,
    told = toldWith(ride),
  ) {
    this.key = rideKey(ride.id);
    this.#id = ride.id;
    // A ride that was ACTIVE keeps its car, so the present one is the one of then.
    this.#carId = ride.carId;
    this.#told = told;
  }

  get told(): Told {
    return this.#told;
  }

  concerns(change: PlacedChange): boolean {
    const told = this.#told;
    if (told.kind !== "ride") return false;
    if (change.kind === "fix") return told.active && change.carId === this.#carId;
    const { ride } = change;
    if (ride.id !== this.#id || ride.revision <= told.revision) return false;
    this.#carId = ride.carId;
    this.#told = toldWith(ride);
    return true;
  }

  mayConcern({ cars, rides }: Touched): boolean {
    return rides.has(this.#id) || cars.has(this.#carId);
  }

  isSuperseded(change: PlacedChange): boolean {
    if (change.kind === "ride") return false;
    return (this.index.latest(change.carId)?.timeMs ?? 0) > change.fix.timeMs;
  }

  snapshot(): [] {
    return [];
  }

  message(events: readonly EncodedChange[], resumeToken: string): Uint8Array {
    return this.encoder.ride(events, resumeToken);
  }
}

/** The key of the watch of a ride. */
export function rideKey(id: string): string {
  return `ride ${id}`;
}

function toldWith({ state, revision }: Ride): Told {
  return isFinal(state) ? { kind: "end" } : { kind: "ride", revision, active: state === "ACTIVE" };
}
