import type { DatabaseSync } from "node:sqlite";
import { ResourceExhausted } from "../../domain/failure.ts";
import type { Person } from "../../domain/person.ts";
import { Statement } from "./statement.ts";

/** How many persons are kept at most. */
const MAX_PERSONS = 100_000;

/** The table of persons. */
export class Persons {
  readonly #find: Statement<readonly [number]>;
  readonly #insert: Statement;
  readonly #last: Statement<readonly [number | null]>;

  constructor(database: DatabaseSync) {
    this.#find = new Statement(database, "SELECT id FROM persons WHERE name = ?");
    this.#insert = new Statement(database, "INSERT INTO persons VALUES (?, ?)");
    this.#last = new Statement(database, "SELECT max(id) FROM persons");
  }

  /** @throws {ResourceExhausted} if the name is new and there is no room for another */
  findOrRegister(name: string): Person {
    const known = this.#find.get(name);
    if (known) return toPerson(name, known[0]);
    const id = this.count() + 1;
    if (id > MAX_PERSONS) {
      throw new ResourceExhausted(`name: the registry is full with ${MAX_PERSONS} persons`);
    }
    this.#insert.run(id, name);
    return toPerson(name, id);
  }

  count(): number {
    return this.#last.get()?.[0] ?? 0;
  }
}

function toPerson(name: string, id: number): Person {
  // The reference means to marry every second person by id (it writes `id / 2 == 0`).
  return { name, id, married: id % 2 === 0 };
}
