import { ResourceExhausted } from "../domain/failure.ts";
import type { Watcher } from "./watcher.ts";

/** All watchers, each at its own place in an array: see ARCHITECTURE.md on long-lived sets. */
export class Watchers {
  readonly #watchers: Watcher[] = [];
  readonly #maxListedCars: number;
  #listedCars = 0;

  /** @param maxListedCars how many cars they may watch by their numbers, all together */
  constructor(maxListedCars: number) {
    this.#maxListedCars = maxListedCars;
  }

  get size(): number {
    return this.#watchers.length;
  }

  /** The present ones, whoever comes and goes during the iteration. */
  [Symbol.iterator](): Iterator<Watcher> {
    return [...this.#watchers].values();
  }

  /** @throws {ResourceExhausted} if it would watch more cars by their numbers than there is room for */
  add(watcher: Watcher): void {
    const listedCars = this.#listedCars + watcher.listedCars;
    if (listedCars > this.#maxListedCars) {
      throw new ResourceExhausted(
        `ids: all watches together name ${this.#listedCars} cars of the ${this.#maxListedCars} that ` +
          "there may be: watch a box, or all, or try again later",
      );
    }
    this.#listedCars = listedCars;
    watcher.place = this.#watchers.length;
    this.#watchers.push(watcher);
  }

  delete(watcher: Watcher): void {
    this.#listedCars -= watcher.listedCars;
    const last = this.#watchers.pop()!;
    if (last === watcher) return;
    last.place = watcher.place;
    this.#watchers[last.place] = last;
  }
}
