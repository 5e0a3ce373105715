import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Statement } from "./statement.ts";

/** How many rows one statement inserts: running one costs as much as inserting a row. */
const ROWS = 50;

/** Inserts rows into a table, many at a time. They are visible only after {@linkcode flush}. */
export class RowInserts {
  readonly #one: Statement;
  readonly #many: Statement;
  readonly #width: number;
  #values: SQLInputValue[] = [];

  /** @param width how many columns the table has */
  constructor(database: DatabaseSync, table: string, width: number) {
    this.#width = width;
    const row = `(${Array(width).fill("?").join(", ")})`;
    this.#one = new Statement(database, `INSERT INTO ${table} VALUES ${row}`);
    const rows = Array(ROWS).fill(row).join(", ");
    this.#many = new Statement(database, `INSERT INTO ${table} VALUES ${rows}`);
  }

  /** @param values one for each column */
  add(...values: SQLInputValue[]): void {
    this.#values.push(...values);
    if (this.#values.length < ROWS * this.#width) return;
    this.#many.run(...this.#values);
    this.#values = [];
  }

  /** Inserts what is left. */
  flush(): void {
    const values = this.#values;
    this.#values = [];
    for (let at = 0; at < values.length; at += this.#width) {
      this.#one.run(...values.slice(at, at + this.#width));
    }
  }

  /** Forgets what is left. */
  clear(): void {
    this.#values = [];
  }
}
