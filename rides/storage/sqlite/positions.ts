import type { DatabaseSync } from "node:sqlite";
import type { Waypoint } from "../../domain/way.ts";
import { type StoredFix, UNKNOWN } from "../../domain/fix.ts";
import { type CarKey, FixColumns } from "../fix_columns.ts";
import { Statement } from "./statement.ts";

/** Where and when a car was, with what is odd about it. */
export interface FlaggedWaypoint extends Waypoint {
  readonly flags: number;
}

type WaypointRow = readonly [timeMs: number, latE7: number, lngE7: number, flags: number];

type FixRow = readonly [
  timeMs: number,
  latE7: number,
  lngE7: number,
  receivedAfterMs: number,
  speedCmps: number | null,
  headingCdeg: number | null,
  accuracyCm: number | null,
  flags: number,
];

const WAYPOINT = "time_ms, lat_e7, lng_e7, flags FROM positions";
const FIX = "time_ms, lat_e7, lng_e7, received_after_ms, speed_cmps, heading_cdeg, accuracy_cm, " +
  "flags FROM positions";
/** So many rows are made at once: with more of them, the thread's young generation grows by tens of MB. */
const PIECE = 1_000;
const REAL = "NOT (lat_e7 = 0 AND lng_e7 = 0)";

/** The table of positions: the statements over it, by what they are for. */
export class Positions {
  readonly #at: Statement<WaypointRow>;
  readonly #latest: Statement<WaypointRow>;
  readonly #realBefore: Statement<WaypointRow>;
  readonly #realAfter: Statement<WaypointRow>;
  readonly #range: Statement<WaypointRow>;
  readonly #fixes: Statement<FixRow>;
  readonly #latestOfCars: Statement<readonly [car: string, ...FixRow]>;
  readonly #nextCar: Statement<readonly [string]>;

  constructor(database: DatabaseSync) {
    const prepare = <Row extends readonly (number | null)[]>(rest: string) =>
      new Statement<Row>(database, rest);
    this.#at = prepare(`SELECT ${WAYPOINT} WHERE car = ? AND time_ms = ?`);
    this.#latest = prepare(`SELECT ${WAYPOINT} WHERE car = ? ORDER BY time_ms DESC LIMIT 1`);
    this.#realBefore = prepare(
      `SELECT ${WAYPOINT} WHERE car = ? AND time_ms < ? AND ${REAL} ORDER BY time_ms DESC LIMIT 1`,
    );
    this.#realAfter = prepare(
      `SELECT ${WAYPOINT} WHERE car = ? AND time_ms > ? AND ${REAL} ORDER BY time_ms LIMIT 1`,
    );
    this.#range = prepare(
      `SELECT ${WAYPOINT} WHERE car = ? AND time_ms >= ? AND time_ms <= ? ORDER BY time_ms LIMIT ?`,
    );
    this.#fixes = prepare(
      `SELECT ${FIX} WHERE car = ? AND time_ms >= ? AND time_ms < ? ORDER BY time_ms LIMIT ?`,
    );
    // Numbers of cars are read as text, since they can be beyond 2^53.
    this.#latestOfCars = new Statement(
      database,
      `WITH RECURSIVE cars (number) AS (
        SELECT min(car) FROM positions WHERE car > ?
        UNION ALL
        SELECT (SELECT min(car) FROM positions WHERE car > number) FROM cars
          WHERE number IS NOT NULL
        LIMIT ?
      )
      SELECT CAST(number AS TEXT), ${FIX} JOIN cars ON car = number
        AND time_ms = (SELECT max(time_ms) FROM positions WHERE car = number)
      ORDER BY number`,
    );
    this.#nextCar = new Statement(
      database,
      "SELECT CAST(car AS TEXT) FROM positions WHERE car > ? ORDER BY car LIMIT 1",
    );
  }

  at(car: CarKey, timeMs: number): FlaggedWaypoint | undefined {
    return toWaypoint(this.#at.get(car, timeMs));
  }

  latest(car: CarKey): FlaggedWaypoint | undefined {
    return toWaypoint(this.#latest.get(car));
  }

  /** The last before `timeMs` that is not at 0° N, 0° E. */
  realBefore(car: CarKey, timeMs: number): FlaggedWaypoint | undefined {
    return toWaypoint(this.#realBefore.get(car, timeMs));
  }

  /** The first after `timeMs` that is not at 0° N, 0° E. */
  realAfter(car: CarKey, timeMs: number): FlaggedWaypoint | undefined {
    return toWaypoint(this.#realAfter.get(car, timeMs));
  }

  /** Those in `[fromMs, toMs]`, by their time, read in pieces. */
  *between(car: CarKey, fromMs: number, toMs: number): Generator<FlaggedWaypoint> {
    for (let from = fromMs;;) {
      const rows = this.#range.all(car, from, toMs, PIECE);
      for (const row of rows) yield toWaypoint(row) as FlaggedWaypoint;
      const last = rows.at(-1);
      if (!last || rows.length < PIECE) return;
      from = last[0] + 1;
    }
  }

  /** Those in `[fromMs, toMs)`, by their time, at most `limit`. */
  list(carId: bigint, fromMs: number, toMs: number, limit: number): FixColumns {
    let rows = this.#fixes.all(carId, fromMs, toMs, Math.min(limit, PIECE));
    const fixes = new FixColumns(rows.length < PIECE ? rows.length : limit);
    for (;;) {
      for (const row of rows) push(fixes, carId, row);
      const wanted = Math.min(limit - fixes.rows, PIECE);
      if (rows.length < PIECE || wanted === 0) return fixes;
      rows = this.#fixes.all(carId, fixes.timeMs[fixes.rows - 1] as number + 1, toMs, wanted);
    }
  }

  /** The latest of up to `limit` cars with a number above `carId`, by their numbers. */
  latestOfCars(carId: bigint, limit: number): FixColumns {
    const fixes = new FixColumns(limit);
    for (const [car, ...fix] of this.#latestOfCars.all(carId, limit)) {
      push(fixes, BigInt(car), fix);
    }
    return fixes;
  }

  /** The next higher number of a car that has positions. */
  nextCar(carId: bigint): bigint | undefined {
    const row = this.#nextCar.get(carId);
    return row && BigInt(row[0]);
  }
}

function toWaypoint(row: WaypointRow | undefined): FlaggedWaypoint | undefined {
  return row && { timeMs: row[0], latE7: row[1], lngE7: row[2], flags: row[3] };
}

function push(fixes: FixColumns, carId: bigint, row: FixRow): void {
  const [timeMs, latE7, lngE7, receivedAfterMs, speed, heading, accuracy, flags] = row;
  const at = fixes.rows;
  const fix: Omit<StoredFix, "receivedMs" | "flags"> = {
    carId,
    timeMs,
    latE7,
    lngE7,
    speedCmps: speed ?? UNKNOWN,
    headingCdeg: heading ?? UNKNOWN,
    accuracyCm: accuracy ?? UNKNOWN,
  };
  fixes.push(fix, timeMs + receivedAfterMs);
  fixes.flags[at] = flags;
}
