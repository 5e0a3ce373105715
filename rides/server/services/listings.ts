import { setImmediate } from "node:timers";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { Cancelled } from "../../domain/failure.ts";
import { afterOthers, TURN_MS } from "../../runtime/mod.ts";
import { sharerOf } from "../interceptors/chain.ts";

/** What is known of a call that lists something. */
export type ListingCall = Pick<ServerUnaryCall<unknown, unknown>, "cancelled">;

/**
 * The work of calls that list much: a few at a time, and of the callers that wait one after the other has a turn.
 *
 * A page of ten thousand positions takes the store's reading thread and the event loop several milliseconds
 * each. If all that are asked for were read at once, all other reads would wait for them, and the server
 * would hold what was read for as many calls as there may be.
 */
export class Listings {
  /** The caller of each that runs. */
  readonly #running: string[] = [];
  /** What is to run for each caller that waits. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /**
   * @param atOnce how many run at a time
   * @param ofOneCaller how many of them may be one caller's
   */
  constructor(private readonly atOnce: number, private readonly ofOneCaller: number) {}

  /**
   * Does `work` when it is its turn, and returns what it returns.
   *
   * @throws {Cancelled} if the client has left by then; what `work` throws
   */
  async take<Result>(call: ListingCall, work: () => Promise<Result>): Promise<Result> {
    const caller = sharerOf(call);
    await this.#turnOf(caller);
    if (call.cancelled) {
      this.#end(caller);
      throw new Cancelled("the client left");
    }
    try {
      return await work();
    } finally {
      this.#endAfterAnswer(caller);
    }
  }

  #turnOf(caller: string): Promise<void> | undefined {
    if (this.#running.length < this.atOnce && this.#hasRoom(caller)) {
      this.#running.push(caller);
      return undefined;
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(caller);
      if (waiting) waiting.push(resolve);
      else this.#waiting.set(caller, [resolve]);
    });
  }

  #hasRoom(caller: string): boolean {
    return this.#running.filter((running) => running === caller).length < this.ofOneCaller;
  }

  /** What was found is encoded before the next immediate. If that took long, all others have their turn. */
  #endAfterAnswer(caller: string): void {
    const foundAt = performance.now();
    setImmediate(() => {
      if (performance.now() - foundAt < TURN_MS) this.#end(caller);
      else afterOthers(() => this.#end(caller));
    });
  }

  #end(caller: string): void {
    this.#running.splice(this.#running.indexOf(caller), 1);
    for (const [next, waiting] of this.#waiting) {
      if (!this.#hasRoom(next)) continue;
      this.#waiting.delete(next);
      const goOn = waiting.shift()!;
      // Behind all other callers.
      if (waiting.length > 0) this.#waiting.set(next, waiting);
      this.#running.push(next);
      return goOn();
    }
  }
}
