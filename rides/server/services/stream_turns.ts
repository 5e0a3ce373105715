import { setImmediate } from "node:timers";
import { afterOthers } from "../../runtime/mod.ts";

/** How many positions they hand over before all other clients have their turn: about a millisecond's. */
const SHARE = 500;

/**
 * The turns of streams that have hundreds of positions at hand, since they had to wait or bring them in one
 * message: one after the other, in the order in which they came. All at once would hold the event loop for ten
 * milliseconds and more, and the first stream would take all that there is room for.
 */
export class StreamTurns {
  readonly #waiting: (() => void)[] = [];
  #isGoing = false;
  #left = 0;

  /**
   * Asked by a stream behind each position.
   *
   * @param room what it has to wait for, if anything
   * @returns when it may go on; undefined: at once
   */
  next(room: Promise<void> | undefined | void): Promise<void> | undefined {
    if (room) return room.then(() => this.#wait());
    return --this.#left > 0 ? undefined : this.#wait();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isGoing) return;
      this.#isGoing = true;
      this.#letOthersGo();
    });
  }

  #letOthersGo(): void {
    afterOthers(() => {
      this.#left = SHARE;
      this.#goOn();
    });
  }

  #goOn(): void {
    const goOn = this.#waiting.shift();
    this.#isGoing = goOn !== undefined;
    if (!goOn) return;
    goOn();
    // What it has at hand comes before that.
    setImmediate(() => this.#left > 0 ? this.#goOn() : this.#letOthersGo());
  }
}

/** Those of the whole process, as the event loop is. */
export const streamTurns = new StreamTurns();
