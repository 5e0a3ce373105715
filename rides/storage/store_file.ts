import { backup, type DatabaseSync } from "node:sqlite";
import type { StoredFix } from "../domain/fix.ts";
import type { Ride } from "../domain/ride.ts";
import { openToRead } from "./sqlite/database.ts";
import { Reader } from "./sqlite/reader.ts";
import { Statement } from "./sqlite/statement.ts";
import type { RidePlace, StorageStats } from "./storage.ts";
import { storeError } from "./store_error.ts";

/** How many rides or positions are read at once. */
const PIECE = 1_000;

/**
 * A backup in one step: if a server writes between two steps, the copy is out of date and starts over,
 * perhaps again and again. (`VACUUM INTO` would do as well, but Deno does not let it attach a database.)
 */
const EVERY_PAGE = 2 ** 31 - 1;

/** The file of a store, to look into it, even while a server has it open, and without holding that up. */
export class StoreFile implements Disposable {
  readonly #database: DatabaseSync;
  readonly #reader: Reader;

  /** @throws {StorageError} if it is not there, or no store of this version */
  constructor(readonly file: string) {
    this.#database = inWords(file, () => openToRead(file));
    this.#reader = inWords(file, () => new Reader(this.#database, file));
  }

  stats(): StorageStats {
    return inWords(this.file, () => this.#reader.stats());
  }

  /** Reads all of the file, and returns what is wrong with it: nothing, if it is sound. */
  check(): string[] {
    try {
      return this.#snapshot(() => {
        const wrong = this.#texts("PRAGMA integrity_check").filter((line) => line !== "ok");
        const { positions, cars } = this.#reader.stats();
        const [counted] = this.#texts("SELECT CAST(count(*) AS TEXT) FROM positions");
        const carsCounted = this.#countCars();
        if (wrong.length > 0) return wrong;
        return [
          ...Number(counted) === positions ? [] : [`positions: ${counted} and not ${positions}`],
          ...carsCounted === cars ? [] : [`cars: ${carsCounted} and not ${cars}`],
        ];
      });
    } catch (error) {
      return [(error as Error).message];
    }
  }

  /**
   * Writes a copy into a new file, as of one moment.
   *
   * @throws what the system or SQLite does if it cannot be written
   */
  async copyTo(file: string): Promise<void> {
    Deno.openSync(file, { write: true, createNew: true, mode: 0o600 }).close();
    await backup(this.#database, file, { rate: EVERY_PAGE });
    // SQLite leaves that to the system.
    using copy = await Deno.open(file, { read: true, write: true });
    await copy.sync();
  }

  /** All rides, the newest first, a few at a time: rides created meanwhile may be among them. */
  *rides(): Generator<Ride> {
    let after: RidePlace | undefined;
    for (;;) {
      const { rides, more } = inWords(
        this.file,
        () => this.#reader.rides.list({ states: [] }, PIECE, after),
      );
      yield* rides;
      if (!more) return;
      after = rides.at(-1);
    }
  }

  /** All positions by car and time, a few at a time: positions stored meanwhile may be among them. */
  *positions(): Generator<StoredFix> {
    const { positions } = this.#reader;
    for (let car = positions.nextCar(0n); car !== undefined; car = positions.nextCar(car)) {
      for (let fromMs = 0;;) {
        const carId = car;
        const piece = inWords(
          this.file,
          () => positions.list(carId, fromMs, Infinity, PIECE).toFixes(),
        );
        yield* piece;
        const last = piece.at(-1);
        if (!last) break;
        fromMs = last.timeMs + 1;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #countCars(): number {
    const { positions } = this.#reader;
    let count = 0;
    for (let car = positions.nextCar(0n); car !== undefined; car = positions.nextCar(car)) count++;
    return count;
  }

  /** Reads everything as of one moment, whatever is written meanwhile. */
  #snapshot<Result>(read: () => Result): Result {
    this.#database.exec("BEGIN");
    try {
      return read();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  #texts(sql: string): string[] {
    return new Statement<readonly [string]>(this.#database, sql).all().map(([text]) => text);
  }
}

function inWords<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeError(file, error);
  }
}
