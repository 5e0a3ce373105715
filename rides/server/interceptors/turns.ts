import { afterOthers, TURN_MS } from "../../runtime/mod.ts";

/**
 * Work that holds the event loop, done one after the other in the order in which it came; whenever some has
 * taken a while, all other clients have their turn before the next.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #usedMs = 0;

  /** What `work` returns or throws, when its turn has come. */
  take<Result>(work: () => Result): Promise<Result> {
    const done = this.#last.then(() => this.#measured(work));
    const pause = () => this.#pause();
    this.#last = done.then(pause, pause);
    return done;
  }

  #measured<Result>(work: () => Result): Result {
    const startedAt = performance.now();
    try {
      return work();
    } finally {
      this.#usedMs += performance.now() - startedAt;
    }
  }

  #pause(): Promise<void> | undefined {
    if (this.#usedMs < TURN_MS) return undefined;
    this.#usedMs = 0;
    return new Promise((resolve) => void afterOthers(resolve));
  }
}
