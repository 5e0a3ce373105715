import { status as Code } from "@grpc/grpc-js";
import type { Call, CallStatus, Interceptor } from "./chain.ts";

/** Knows the calls that run, and closes behind them when the server drains. */
export class CallGate implements Interceptor {
  /**
   * The calls that run, each at the index that it keeps. Not a `Set`: one that lives long while its
   * entries come and go makes V8 keep all of them until a full collection (see
   * `http2/stream_table.ts`).
   */
  readonly #calls: Call[] = [];
  #open = true;

  onRequest(call: Call): void {
    if (!this.#open) return call.sendStatus(draining());
    call.place = this.#calls.length;
    this.#calls.push(call);
  }

  onEnd(call: Call): void {
    if (call.place < 0) return;
    const last = this.#calls.pop()!;
    if (last !== call) {
      last.place = call.place;
      this.#calls[last.place] = last;
    }
    call.place = -1;
  }

  /**
   * Refuses new calls. Those that only observe the server (a health Watch, a reflection stream) end at
   * once: their clients keep them open for ever, and a drain would wait as long.
   */
  close(): void {
    this.#open = false;
    this.#endWhere(({ path }) => path.startsWith("/grpc."));
  }

  /** Ends the calls that still run. Returns how many there were. */
  cut(): number {
    return this.#endWhere(() => true);
  }

  #endWhere(matches: (call: Call) => boolean): number {
    const ending = this.#calls.filter(matches);
    for (const call of ending) call.sendStatus(draining());
    return ending.length;
  }
}

function draining(): CallStatus {
  return { code: Code.UNAVAILABLE, details: "the server is shutting down" };
}
