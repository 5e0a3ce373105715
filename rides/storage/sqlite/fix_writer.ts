import type { DatabaseSync } from "node:sqlite";
import { distanceChange, flagsOf, holds } from "../../domain/drive.ts";
import { FIX_FLAGS, UNKNOWN } from "../../domain/fix.ts";
import { drivenMicrometers, isNullIsland, isSamePlace, type Waypoint } from "../../domain/way.ts";
import type { FixColumns } from "../fix_columns.ts";
import type { CommitWriter } from "../journal_codec.ts";
import type { CarState, CarStates } from "./car_state.ts";
import type { FlaggedWaypoint, Positions } from "./positions.ts";
import type { Pruner } from "./pruner.ts";
import type { Rides } from "./rides.ts";
import { RowInserts } from "./row_inserts.ts";
import { Statement } from "./statement.ts";

/** How many rows were added. */
export interface Added {
  positions: number;
  cars: number;
}

/**
 * Writes fixes, with everything that follows from each: flags, the distances of rides, and what there is to
 * watch. Runs within a transaction; if that is rolled back, {@linkcode FixWriter.reset} is to be called.
 */
export class FixWriter {
  readonly #inserts: RowInserts;
  readonly #setFlags: Statement;

  constructor(
    database: DatabaseSync,
    readonly positions: Positions,
    readonly rides: Rides,
    readonly states: CarStates,
    private readonly pruner: Pick<Pruner, "prunedMs">,
  ) {
    this.#inserts = new RowInserts(database, "positions", 9);
    this.#setFlags = new Statement(
      database,
      "UPDATE positions SET flags = ? WHERE car = ? AND time_ms = ?",
    );
  }

  /** Writes all of them, one car after another, since those of a car are together in the file. */
  write(fixes: FixColumns, commit: CommitWriter): Added {
    const added = { positions: 0, cars: 0 };
    for (const [state, rows] of this.#byCar(fixes)) {
      state.lastStartMs = lastStartOf(state);
      for (const row of rows) this.#one(state, fixes, row, commit, added);
      this.#flushGains(state);
    }
    this.#inserts.flush();
    return added;
  }

  /** Brings the gains of a car's rides to the table. */
  #flushGains({ active, gains }: CarState): void {
    for (const { number, gains: own } of active) {
      const positions = own.positions + gains.positions;
      if (positions === 0) continue;
      this.rides.gain(number, positions, own.micrometers + gains.micrometers);
      own.positions = own.micrometers = 0;
    }
    gains.positions = gains.micrometers = 0;
  }

  /** Forgets what a transaction that is rolled back would have written. */
  reset(): void {
    this.#inserts.clear();
    this.states.clear();
  }

  #byCar(fixes: FixColumns): Map<CarState, number[]> {
    const rowsOf = new Map<CarState, number[]>();
    for (let row = 0; row < fixes.rows; row++) {
      const state = this.states.of(fixes.carKey(row));
      const rows = rowsOf.get(state);
      if (rows) rows.push(row);
      else rowsOf.set(state, [row]);
    }
    return rowsOf;
  }

  #one(
    state: CarState,
    fixes: FixColumns,
    row: number,
    commit: CommitWriter,
    added: Added,
  ): void {
    const fix: Waypoint = {
      timeMs: fixes.timeMs[row] as number,
      latE7: fixes.latE7[row] as number,
      lngE7: fixes.lngE7[row] as number,
    };
    const { latest } = state;
    const isLatest = !latest || fix.timeMs > latest.timeMs;
    if (isLatest && fix.timeMs > state.endedUntilMs) {
      this.#inOrder(state, fixes, row, fix);
    } else {
      // What follows reads the table.
      this.#inserts.flush();
      const stored = isLatest ? undefined : this.positions.at(state.car, fix.timeMs);
      if (stored) return this.#again(state, stored, fix);
      // It may have been stored, counted and deleted, as it would be again.
      if (!isLatest && fix.timeMs < this.pruner.prunedMs) return;
      this.#late(state, fixes, row, fix);
    }
    added.positions++;
    // Not only for the latest: that can be at 0° N, 0° E, and one that is not can come late.
    if (!isNullIsland(fix) && fix.timeMs > (state.latestReal?.timeMs ?? -Infinity)) {
      state.latestReal = fix;
    }
    if (!isLatest) return;
    if (!latest) added.cars++;
    state.latest = fix;
    commit.fix(fixes.at(row), latest);
  }

  /** A fix of a car and time that are known. */
  #again(state: CarState, stored: FlaggedWaypoint, fix: Waypoint): void {
    if (isSamePlace(stored, fix) || stored.flags & FIX_FLAGS.conflict) return;
    this.#setFlags.run(stored.flags | FIX_FLAGS.conflict, state.car, fix.timeMs);
  }

  /** A fix after all others of its car and after the end of its last ride: nothing has to be read. */
  #inOrder(state: CarState, fixes: FixColumns, row: number, fix: Waypoint): void {
    const before = state.latestReal;
    const flags = flagsOf(before, fix);
    this.#store(state, fixes, row, flags);
    const way = before && flags === 0 ? drivenMicrometers(before, fix) : 0;
    // A car can have thousands of rides: what all of them gain is summed once.
    if (before && before.timeMs >= state.lastStartMs) return gain(state, way);
    for (const ride of state.active) {
      if (fix.timeMs < ride.startMs) continue;
      gain(ride, before && before.timeMs >= ride.startMs ? way : 0);
    }
  }

  #late(state: CarState, fixes: FixColumns, row: number, fix: Waypoint): void {
    const { car } = state;
    const before = this.positions.realBefore(car, fix.timeMs);
    this.#store(state, fixes, row, flagsOf(before, fix));
    const isReal = !isNullIsland(fix);
    const after = isReal ? this.positions.realAfter(car, fix.timeMs) : undefined;
    if (after) {
      const flags = after.flags & FIX_FLAGS.conflict | flagsOf(fix, after);
      if (flags !== after.flags) this.#setFlags.run(flags, car, after.timeMs);
    }
    const change = isReal ? distanceChange(before, fix, after) : () => 0;
    for (const ride of state.active) {
      if (holds(ride, fix.timeMs)) gain(ride, change(ride));
    }
    if (fix.timeMs > state.endedUntilMs) return;
    for (const ride of this.rides.endedHolding(car, fix.timeMs)) {
      this.rides.gain(ride.number, 1, change(ride));
    }
  }

  #store(state: CarState, fixes: FixColumns, row: number, flags: number): void {
    fixes.flags[row] = flags;
    const timeMs = fixes.timeMs[row] as number;
    this.#inserts.add(
      state.car,
      timeMs,
      fixes.latE7[row] as number,
      fixes.lngE7[row] as number,
      (fixes.receivedMs[row] as number) - timeMs,
      known(fixes.speedCmps[row] as number),
      known(fixes.headingCdeg[row] as number),
      known(fixes.accuracyCm[row] as number),
      flags,
    );
  }
}

function gain({ gains }: Pick<CarState, "gains">, micrometers: number): void {
  gains.positions++;
  gains.micrometers += micrometers;
}

/** When the last of a car's rides began that are under way; -Infinity where none is. */
function lastStartOf({ active }: CarState): number {
  return active.reduce((last, { startMs }) => Math.max(last, startMs), -Infinity);
}

function known(value: number): number | null {
  return value === UNKNOWN ? null : value;
}
