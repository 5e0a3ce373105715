import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** What a column of a row can hold; integers beyond 2^53 are not read. */
export type Cell = number | string | Uint8Array<ArrayBuffer> | null;

/** A prepared statement, whose rows are arrays, which are made nearly three times as fast as objects. */
export class Statement<Row extends readonly Cell[] = readonly Cell[]> {
  readonly #statement: StatementSync;

  constructor(database: DatabaseSync, sql: string) {
    const statement: StatementSync & { setReturnArrays?: (on: boolean) => void } = database.prepare(
      sql,
    );
    // Missing in the types of Deno 2.9.
    statement.setReturnArrays?.(true);
    this.#statement = statement;
  }

  /** Runs it; answers how many rows it changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  /** Runs it; answers the number of the row that it inserted. */
  insert(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).lastInsertRowid);
  }

  /** The first row, if there is any. */
  get(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as unknown as Row | undefined;
  }

  /** The rows as they are asked for. */
  iterate(...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#statement.iterate(...values) as unknown as IterableIterator<Row>;
  }

  /** All rows. */
  all(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as unknown as Row[];
  }
}
