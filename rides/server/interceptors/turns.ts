import { afterOthers, TURN_MS } from "../../runtime/mod.ts";

/**
 * Work that blocks the event loop, done one after another in the order in which it came; whenever it has
 * taken a while, all other clients have their turn before it continues.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #usedMs = 0;

  /** What `work` returns or throws in the end; it yields where others may have their turn. */
  take<Result>(work: Iterator<void, Result>): Promise<Result> {
    const done = this.#last.then(() => this.#finish(work));
    this.#last = done.catch(() => {});
    return done;
  }

  /** The same for work that cannot be interrupted. */
  once<Result>(work: () => Result): Promise<Result> {
    return this.take({ next: () => ({ done: true, value: work() }) });
  }

  async #finish<Result>(work: Iterator<void, Result>): Promise<Result> {
    for (;;) {
      if (this.#usedMs >= TURN_MS) {
        // As much time for others as this took: it must not be most of what the server does.
        await new Promise((resolve) => setTimeout(resolve, this.#usedMs));
        await new Promise<void>((resolve) => void afterOthers(resolve));
        this.#usedMs = 0;
      }
      const startedAt = performance.now();
      try {
        const step = work.next();
        if (step.done) return step.value;
      } finally {
        this.#usedMs += performance.now() - startedAt;
      }
    }
  }
}

/** Shared by all servers, as the event loop is. */
export const turns = new Turns();
