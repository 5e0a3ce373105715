import { ResourceExhausted } from "../domain/failure.ts";
import type { Person, PersonRegistry } from "../domain/person.ts";

/** Keeps persons for as long as the process runs. */
export class MemoryPersonRegistry implements PersonRegistry {
  readonly #persons = new Map<string, Person>();

  /** @param capacity how many persons are kept at most; default 100,000 */
  constructor(readonly capacity = 100_000) {}

  // deno-lint-ignore require-await -- a store that waits must fit the same interface
  async findOrRegister(name: string): Promise<Person> {
    const known = this.#persons.get(name);
    if (known) return known;
    if (this.#persons.size >= this.capacity) {
      throw new ResourceExhausted(`name: the registry is full with ${this.capacity} persons`);
    }
    const id = this.#persons.size + 1;
    // The reference means to marry every second person by id (it writes `id / 2 == 0`).
    const person = { name, id, married: id % 2 === 0 };
    this.#persons.set(name, person);
    return person;
  }
}
