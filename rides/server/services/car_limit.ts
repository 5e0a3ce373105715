import { ResourceExhausted } from "../../domain/failure.ts";
import type { Fix } from "../../domain/fix.ts";
import type { CarIndex } from "../../live/car_index.ts";
import type { Group, PositionStore } from "../../storage/storage.ts";

/**
 * A store that takes positions of a limited number of cars, since the latest of each stays in memory. Cars
 * whose first position is still on its way into the store are not counted.
 */
export class CarLimit implements PositionStore {
  constructor(
    private readonly store: PositionStore,
    private readonly index: CarIndex,
    private readonly maxCars: number,
  ) {}

  /** @throws {ResourceExhausted} if nothing is known of the car, and there is no room for another */
  put(fix: Fix): Group {
    if (this.index.size >= this.maxCars && !this.index.latest(fix.carId)) {
      throw new ResourceExhausted(
        `car ${fix.carId}: positions of ${this.index.size} cars are kept, and those of no others ` +
          "(--max-cars)",
      );
    }
    return this.store.put(fix);
  }

  get room(): Promise<void> | undefined {
    return this.store.room;
  }

  listFixes(
    ...span: Parameters<PositionStore["listFixes"]>
  ): ReturnType<PositionStore["listFixes"]> {
    return this.store.listFixes(...span);
  }
}
