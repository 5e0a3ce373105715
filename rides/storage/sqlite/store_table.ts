import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.ts";

/** The one row of the table `store`. */
export interface StoreRow {
  readonly id: string;
  readonly lastSequence: number;
  readonly cars: number;
  readonly positions: number;
}

/** Reads and changes it. */
export class StoreTable {
  readonly #read: Statement<
    readonly [id: string, lastSequence: number, cars: number, positions: number]
  >;
  readonly #add: Statement;
  readonly #remove: Statement;

  constructor(database: DatabaseSync) {
    this.#read = new Statement(database, "SELECT id, last_sequence, cars, positions FROM store");
    this.#add = new Statement(
      database,
      "UPDATE store SET last_sequence = ?, cars = cars + ?, positions = positions + ?",
    );
    this.#remove = new Statement(database, "UPDATE store SET positions = positions - ?");
  }

  read(): StoreRow {
    const row = this.#read.get();
    if (!row) throw new TypeError("The table of the store is empty");
    const [id, lastSequence, cars, positions] = row;
    return { id, lastSequence, cars, positions };
  }

  removePositions(count: number): void {
    this.#remove.run(count);
  }

  update(lastSequence: number, cars: number, positions: number): void {
    this.#add.run(lastSequence, cars, positions);
  }
}
