import type { EncodedChange, PlacedChange } from "../domain/commit.ts";
import type { StoredFix } from "../domain/fix.ts";
import type { CarIndex } from "./car_index.ts";
import type { CarScope, Touched } from "./car_scope.ts";
import type { Told } from "./resume_token.ts";
import type { Subject } from "./subject.ts";
import type { WatchEncoder } from "./watch_encoder.ts";

/**
 * A watch of cars: the cars as they are, then what changes.
 *
 * The cars are told in the order of their numbers, and meanwhile the changes of those that were told
 * already. So at any time it has told everything up to its cursor of the cars up to a number, and
 * nothing of the others: two numbers say where it is, and it can be resumed in the middle.
 */
export class CarWatch implements Subject {
  readonly key: string;
  #told: Told;

  constructor(
    private readonly scope: CarScope,
    private readonly index: CarIndex,
    private readonly encoder: WatchEncoder,
    told: Told = { kind: "cars up to", last: 0n },
  ) {
    this.key = `cars ${scope.key}`;
    this.#told = told;
  }

  get listedCars(): number {
    return this.scope.listedCars;
  }

  get told(): Told {
    return this.#told;
  }

  concerns(change: PlacedChange): boolean {
    const told = this.#told;
    // Rides are no part of the snapshot, and told from the beginning.
    if (change.kind === "fix" && told.kind === "cars up to" && change.carId > told.last) {
      return false;
    }
    return this.scope.concerns(change);
  }

  mayConcern(touched: Touched): boolean {
    return this.scope.mayConcern(touched);
  }

  isSuperseded(change: PlacedChange): boolean {
    if (change.kind === "ride") return false;
    const latest = this.index.latest(change.carId);
    if (!latest || latest.timeMs <= change.fix.timeMs) return false;
    // That a car left is told last of it, until it comes back.
    return this.scope.has(change.fix) || this.scope.has(latest);
  }

  *snapshot(): Generator<StoredFix | undefined> {
    if (this.#told.kind !== "cars up to") return;
    for (const fix of this.scope.after(this.index, this.#told.last)) {
      this.#told = { kind: "cars up to", last: fix.carId };
      yield this.scope.has(fix) ? fix : undefined;
    }
    this.#told = { kind: "cars" };
  }

  message(events: readonly EncodedChange[], resumeToken: string): Uint8Array {
    return this.encoder.cars(events, resumeToken, this.#told.kind === "cars");
  }
}
