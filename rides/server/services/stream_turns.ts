import { setImmediate } from "node:timers";
import { afterOthers } from "../../runtime/mod.ts";

/**
 * How many positions they hand over before all other clients have their turn: about a millisecond's worth.
 */
const SHARE = 500;

/**
 * The turns of streams with hundreds of positions at hand, because they had to wait or got them in one
 * message: one after another, in the order in which they came. All at once would hold the event loop for ten
 * milliseconds and more, and the first stream would take all the room there is.
 */
export class StreamTurns {
  readonly #waiting: (() => void)[] = [];
  #isGoing = false;
  #left = 0;

  /**
   * Called by a stream after each position.
   *
   * @param room what it has to wait for, if anything
   * @returns resolves when it may continue; undefined: at once
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

/** Shared by the whole process, as the event loop is. */
export const streamTurns = new StreamTurns();
