import { setImmediate } from "node:timers";
import { afterOthers } from "../../runtime/mod.ts";

/** How many messages they handle before all other clients have their turn: about a millisecond's. */
const SHARE = 500;

/**
 * Streams that go on after they had to wait, one after the other in the order in which they came. Each has
 * hundreds of messages at hand by then: all at once would hold the event loop for ten milliseconds and more,
 * and the first stream would take all that there is room for.
 */
export class ResumedStreams {
  readonly #waiting: (() => void)[] = [];
  #isGoing = false;
  #left = 0;

  /** Has a stream go on when its turn comes. */
  wait(resume: () => void): void {
    this.#waiting.push(resume);
    if (this.#isGoing) return;
    this.#isGoing = true;
    this.#letOthersGo();
  }

  /** One of them has handled a message; tells whether it is to wait again. */
  hasHadItsShare(): boolean {
    return --this.#left <= 0;
  }

  #letOthersGo(): void {
    afterOthers(() => {
      this.#left = SHARE;
      this.#next();
    });
  }

  #next(): void {
    const resume = this.#waiting.shift();
    this.#isGoing = resume !== undefined;
    if (!resume) return;
    resume();
    // What it has at hand comes before that.
    setImmediate(() => this.#left > 0 ? this.#next() : this.#letOthersGo());
  }
}
