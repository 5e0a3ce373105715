import type { DatabaseSync } from "node:sqlite";
import type { SentCommit } from "../requests.ts";
import type { StorageStats } from "../storage.ts";
import { Journal } from "./journal.ts";
import { MEMORY } from "./database.ts";
import { Persons } from "./persons.ts";
import { Positions } from "./positions.ts";
import { Rides } from "./rides.ts";
import { Statement } from "./statement.ts";
import { StoreTable } from "./store_table.ts";

/** Reads what is committed. */
export class Reader {
  readonly positions: Positions;
  readonly rides: Rides;
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #store: StoreTable;
  readonly #journal: Journal;
  readonly #persons: Persons;
  readonly #countRides: Statement<readonly [number]>;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    this.positions = new Positions(database);
    this.rides = new Rides(database);
    this.#store = new StoreTable(database);
    this.#journal = new Journal(database, Infinity);
    this.#persons = new Persons(database);
    this.#countRides = new Statement(database, "SELECT count(*) FROM rides");
  }

  /** @throws {OutOfRange} if some of them are no longer kept, or `after` is yet to come */
  journal(after: number): SentCommit[] {
    return this.#journal.read(after, this.#store.read().lastSequence);
  }

  stats(): StorageStats {
    const { cars, positions, lastSequence } = this.#store.read();
    return {
      rides: this.#countRides.get()?.[0] ?? 0,
      cars,
      positions,
      persons: this.#persons.count(),
      bytes: this.#bytes(),
      lastSequence,
      oldestSequence: this.#journal.first ?? lastSequence + 1,
    };
  }

  #bytes(): number {
    if (this.#file === MEMORY) {
      const pragma = (name: string) =>
        new Statement<readonly [number]>(this.#database, `PRAGMA ${name}`).get()?.[0] ?? 0;
      return pragma("page_count") * pragma("page_size");
    }
    return sizeOf(this.#file) + sizeOf(`${this.#file}-wal`);
  }
}

function sizeOf(file: string): number {
  try {
    return Deno.statSync(file).size;
  } catch {
    return 0;
  }
}
