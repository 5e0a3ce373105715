import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { RideSpan } from "../../domain/drive.ts";
import type { Location } from "../../domain/location.ts";
import { NotFound } from "../../domain/failure.ts";
import { type Ride, rideName, type RideType } from "../../domain/ride.ts";
import type { RideState } from "../../domain/ride_state.ts";
import { type CarKey, toCarKey } from "../fix_columns.ts";
import type { ListedRides, RideFilter, RidePlace } from "../storage.ts";
import { Statement } from "./statement.ts";

type RideRow = readonly [
  id: string,
  revision: number,
  state: string,
  type: string,
  car: string | null,
  driver: string | null,
  passengers: string,
  pickup: string | null,
  dropoff: string | null,
  createMs: number,
  startMs: number | null,
  endMs: number | null,
  distanceMicrometers: number,
  positionCount: number,
];

/** A ride with its number in the table. */
export interface NumberedSpan extends RideSpan {
  readonly number: number;
}

/** A ride that is under way. */
export type RideUnderWay = NumberedSpan & Pick<Ride, "id" | "type">;

/** The car is read as text, since its number can be beyond 2^53. */
const RIDE = "id, revision, state, type, CAST(car AS TEXT), driver, passengers, pickup, dropoff, " +
  "create_ms, start_ms, end_ms, distance_um, position_count FROM rides";

/**
 * A list ends after the ride with which the ids of passengers reach this many characters. In UTF-8 they are
 * at most a megabyte; with everything else, that is far less than the 4 MiB that gRPC clients take, and
 * listing the largest rides again and again makes the server hold little.
 */
const LIST_LENGTH = 300_000;

/** The table of rides: the statements over it, by what they are for. */
export class Rides {
  readonly #database: DatabaseSync;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #gain: Statement;
  readonly #byId: Statement<RideRow>;
  readonly #byRequest: Statement<readonly [id: string, request: string]>;
  readonly #number: Statement<readonly [number]>;
  readonly #active: Statement<
    readonly [number: number, id: string, type: RideType, startMs: number]
  >;
  readonly #ended: Statement<readonly [number: number, startMs: number, endMs: number]>;
  readonly #lastEnd: Statement<readonly [number | null]>;
  /** The statements of {@linkcode list}, by which filters are set. */
  readonly #lists = new Map<string, Statement<RideRow>>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = <Row extends readonly (string | number | null)[]>(sql: string) =>
      new Statement<Row>(database, sql);
    this.#insert = prepare(
      `INSERT INTO rides (revision, state, type, car, driver, passengers, pickup, dropoff, create_ms,
        start_ms, end_ms, distance_um, position_count, id, request_id, request)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = prepare(
      `UPDATE rides SET revision = ?, state = ?, type = ?, car = ?, driver = ?, passengers = ?,
        pickup = ?, dropoff = ?, create_ms = ?, start_ms = ?, end_ms = ?, distance_um = ?,
        position_count = ?
      WHERE id = ?`,
    );
    this.#gain = prepare(
      "UPDATE rides SET position_count = position_count + ?, distance_um = distance_um + ? " +
        "WHERE number = ?",
    );
    this.#byId = prepare(`SELECT ${RIDE} WHERE id = ?`);
    this.#byRequest = prepare("SELECT id, request FROM rides WHERE request_id = ?");
    this.#number = prepare("SELECT number FROM rides WHERE id = ?");
    this.#active = prepare(
      "SELECT number, id, type, start_ms FROM rides " +
        "WHERE car = ? AND start_ms IS NOT NULL AND end_ms IS NULL ORDER BY number",
    );
    this.#ended = prepare(
      "SELECT number, start_ms, end_ms FROM rides " +
        "WHERE car = ? AND start_ms IS NOT NULL AND end_ms >= ? AND start_ms <= ?",
    );
    this.#lastEnd = prepare(
      "SELECT max(end_ms) FROM rides WHERE car = ? AND start_ms IS NOT NULL",
    );
  }

  /** @returns its number in the table */
  insert(ride: Ride, requestId: string | null, request: string | null): number {
    return this.#insert.insert(...valuesOf(ride), requestId, request);
  }

  update(ride: Ride): void {
    this.#update.run(...valuesOf(ride));
  }

  /** Adds to the positions and the distance of a ride. */
  gain(number: number, positions: number, micrometers: number): void {
    this.#gain.run(positions, micrometers, number);
  }

  /** @throws {NotFound} if there is no such ride */
  get(id: string): Ride {
    const row = this.#byId.get(id);
    if (!row) throw new NotFound(`There is no ride ${rideName(id)}`);
    return toRide(row);
  }

  /** The ride that a request created, and the content of that request. */
  ofRequest(requestId: string): { readonly id: string; readonly request: string } | undefined {
    const row = this.#byRequest.get(requestId);
    return row && { id: row[0], request: row[1] };
  }

  /** The number of a ride in the table. */
  numberOf(id: string): number {
    const row = this.#number.get(id);
    if (!row) throw new TypeError(`There is no ride ${id}`);
    return row[0];
  }

  /** The rides of a car that are under way, in the order of their numbers. */
  active(car: CarKey): RideUnderWay[] {
    return this.#active.all(car).map(([number, id, type, startMs]) => {
      return { number, id, type, startMs };
    });
  }

  /** The ended rides of a car that contain a time. */
  endedHolding(car: CarKey, timeMs: number): NumberedSpan[] {
    return this.#ended.all(car, timeMs, timeMs)
      .map(([number, startMs, endMs]) => ({ number, startMs, endMs }));
  }

  /** When the last ride of a car ended; -Infinity: none has. */
  endedUntil(car: CarKey): number {
    return this.#lastEnd.get(car)?.[0] ?? -Infinity;
  }

  list(filter: RideFilter, limit: number, after: RidePlace | undefined): ListedRides {
    const { carId, driverId, createFromMs, createToMs } = filter;
    // Each once, so that there are few statements and none has more variables than SQLite allows.
    const states = [...new Set(filter.states)];
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    const where = (condition: string, ...given: SQLInputValue[]) => {
      conditions.push(condition);
      values.push(...given);
    };
    if (states.length > 0) where(`state IN (${states.map(() => "?").join(", ")})`, ...states);
    if (carId !== undefined) where("car = ?", carId);
    if (driverId !== undefined) where("driver = ?", driverId);
    if (createFromMs !== undefined) where("create_ms >= ?", createFromMs);
    if (createToMs !== undefined) where("create_ms < ?", createToMs);
    if (after) where("(create_ms, id) < (?, ?)", after.createMs, after.id);
    const condition = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const sql = `SELECT ${RIDE} ${condition} ORDER BY create_ms DESC, id DESC LIMIT ?`;
    const statement = this.#lists.get(sql) ?? new Statement<RideRow>(this.#database, sql);
    this.#lists.set(sql, statement);
    const rides: Ride[] = [];
    let length = 0;
    for (const row of statement.iterate(...values, limit + 1)) {
      if (rides.length === limit || length > LIST_LENGTH) return { rides, more: true };
      const ride = toRide(row);
      rides.push(ride);
      length += ride.passengersIds.reduce((sum, id) => sum + id.length, 0);
    }
    return { rides, more: false };
  }
}

function valuesOf(ride: Ride): SQLInputValue[] {
  return [
    ride.revision,
    ride.state,
    ride.type,
    ride.carId === 0n ? null : toCarKey(ride.carId),
    ride.driverId === "" ? null : ride.driverId,
    JSON.stringify(ride.passengersIds),
    locationText(ride.pickup),
    locationText(ride.dropoff),
    ride.createMs,
    ride.startMs ?? null,
    ride.endMs ?? null,
    ride.distanceMicrometers,
    ride.positionCount,
    ride.id,
  ];
}

function toRide(row: RideRow): Ride {
  const [id, revision, state, type, car, driver, passengers, pickup, dropoff, ...numbers] = row;
  const [createMs, startMs, endMs, distanceMicrometers, positionCount] = numbers;
  return {
    id,
    revision,
    state: state as RideState,
    type: type as RideType,
    carId: BigInt(car ?? 0),
    driverId: driver ?? "",
    passengersIds: JSON.parse(passengers) as string[],
    ...pickup === null ? {} : { pickup: JSON.parse(pickup) as Location },
    ...dropoff === null ? {} : { dropoff: JSON.parse(dropoff) as Location },
    createMs,
    ...startMs === null ? {} : { startMs },
    ...endMs === null ? {} : { endMs },
    distanceMicrometers,
    positionCount,
  };
}

function locationText(location: Location | null | undefined): string | null {
  return location ? JSON.stringify({ lat: location.lat, lng: location.lng }) : null;
}
