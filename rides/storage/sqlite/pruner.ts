import type { DatabaseSync } from "node:sqlite";
import { toCarKey } from "../fix_columns.ts";
import type { Positions } from "./positions.ts";
import { Statement } from "./statement.ts";
import type { StoreTable } from "./store_table.ts";

/** What one step deletes at most: a few milliseconds of work, so that no group waits long for it. */
const STEP_ROWS = 2_000;

/** How many cars one step looks at. */
const STEP_CARS = 200;

/** How many rides one step deletes at most. */
const STEP_RIDES = 200;

/**
 * Deletes what is old, in steps. It goes from car to car by the key of the table, so that a car without old
 * positions costs two look-ups, however many positions it has.
 *
 * It keeps what the next fix of a car is compared with: its latest, and its latest that is not at 0° N, 0° E.
 */
export class Pruner {
  readonly #positions: Positions;
  readonly #store: StoreTable;
  readonly #boundary: Statement<readonly [timeMs: number]>;
  readonly #delete: Statement;
  readonly #deleteRides: Statement;
  /** What is older may have been deleted. */
  prunedMs = -Infinity;
  /** The last car that is done. */
  #done = 0n;

  constructor(database: DatabaseSync, positions: Positions, store: StoreTable) {
    this.#positions = positions;
    this.#store = store;
    this.#boundary = new Statement(
      database,
      "SELECT time_ms FROM positions WHERE car = ? AND time_ms < ? ORDER BY time_ms LIMIT 1 OFFSET ?",
    );
    this.#delete = new Statement(database, "DELETE FROM positions WHERE car = ? AND time_ms < ?");
    this.#deleteRides = new Statement(
      database,
      "DELETE FROM rides WHERE number IN (SELECT number FROM rides WHERE end_ms < ? LIMIT ?)",
    );
  }

  /** Begins with the first car. */
  restart(): void {
    this.#done = 0n;
  }

  /**
   * Deletes some of what is older than `beforeMs`: positions, and rides by their end.
   *
   * @returns whether there may be more
   */
  step(beforeMs: number): boolean {
    this.prunedMs = Math.max(this.prunedMs, beforeMs);
    const rides = this.#deleteRides.run(beforeMs, STEP_RIDES);
    let rows = 0;
    let isLast = false;
    for (let cars = 0; cars < STEP_CARS && rows < STEP_ROWS && !isLast; cars++) {
      const carId = this.#positions.nextCar(this.#done);
      if (carId === undefined) isLast = true;
      else rows += this.#prune(carId, beforeMs, STEP_ROWS - rows);
    }
    if (rows > 0) this.#store.removePositions(rows);
    return !isLast || rides === STEP_RIDES;
  }

  /** Deletes up to `limit` old positions of a car, which is done if that were all. */
  #prune(carId: bigint, beforeMs: number, limit: number): number {
    const car = toCarKey(carId);
    const latest = this.#positions.realBefore(car, Infinity) ?? this.#positions.latest(car);
    const untilMs = Math.min(beforeMs, latest?.timeMs ?? beforeMs);
    const [boundaryMs] = this.#boundary.get(car, untilMs, limit) ?? [];
    if (boundaryMs === undefined) this.#done = carId;
    return this.#delete.run(car, boundaryMs ?? untilMs);
  }
}
