import { status as Code } from "@grpc/grpc-js";
import type { Call, CallStatus, Interceptor } from "./chain.ts";

/** Knows the calls that run, and closes behind them when the server drains. */
export class CallGate implements Interceptor {
  readonly #calls = new Set<Call>();
  #open = true;

  onRequest(call: Call): void {
    if (this.#open) this.#calls.add(call);
    else call.sendStatus(draining());
  }

  onEnd(call: Call): void {
    this.#calls.delete(call);
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
    const ending = [...this.#calls].filter(matches);
    for (const call of ending) call.sendStatus(draining());
    return ending.length;
  }
}

function draining(): CallStatus {
  return { code: Code.UNAVAILABLE, details: "the server is shutting down" };
}
