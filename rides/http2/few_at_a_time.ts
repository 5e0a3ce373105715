import { afterOthers, firstAfterOthers, hasTime } from "./after_others.ts";
import { Fifo } from "./fifo.ts";
import { currentTurn, TURN_MS } from "./turn.ts";

/**
 * How many are done in a turn of the others, if few wait: most of what follows each is done in ticks and promises,
 * when its own time is over.
 */
const TOGETHER = 10;

/** If more wait, more are done: of those beyond it, {@linkcode SHARE}. */
const MANY = 100;
const SHARE = 1 / 5;

/**
 * Does what comes in crowds, in its order: at once if there were few in this turn of the event loop, and when
 * the others had theirs if not.
 */
export class FewAtATime {
  readonly #waiting = new Fifo<() => void>();
  readonly #most: number;
  readonly #letOthersGo: (goOn: () => void) => void;
  #turn = -1;
  #left = 0;
  #isGoing = false;

  /**
   * @param most how many are done together at most
   * @param areEnds whether they come before what only begins more of them
   */
  constructor(most: number, areEnds = false) {
    this.#most = most;
    this.#letOthersGo = areEnds ? firstAfterOthers : afterOthers;
  }

  /** What `work` throws is thrown here if it is done at once. */
  do(work: () => void): void {
    if (this.#waiting.length === 0 && this.#mayNow()) return work();
    this.#waiting.push(work);
    if (!this.#isGoing) this.#goOn();
  }

  #mayNow(): boolean {
    const turn = currentTurn();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#left = TOGETHER;
    }
    return this.#left > 0 && hasTime() && this.#left-- > 0;
  }

  #goOn(): void {
    this.#isGoing = true;
    this.#letOthersGo(this.#doSome);
  }

  readonly #doSome = (): void => {
    const most = Math.min(Math.max(TOGETHER, (this.#waiting.length - MANY) * SHARE), this.#most);
    const until = performance.now() + TURN_MS * most / TOGETHER;
    try {
      for (let done = 0; this.#waiting.length > 0; done++) {
        if (done >= most || performance.now() > until) break;
        this.#waiting.shift()!();
      }
    } finally {
      // One that throws holds up none of the others.
      this.#isGoing = false;
      if (this.#waiting.length > 0) this.#goOn();
    }
  };
}
