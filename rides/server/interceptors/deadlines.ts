import { status as Code } from "@grpc/grpc-js";
import { LONGEST_TIMER_MS } from "../limits.ts";
import type { Settings } from "../settings.ts";
import type { CallGate } from "./call_gate.ts";
import { type Call, type CallStatus, type Interceptor, isUnary } from "./interceptor.ts";

/** The least time between two looks at the running calls, in ms, and so how late an end can be. */
const LEAST_WAIT_MS = 10;

/**
 * Ends calls with DEADLINE_EXCEEDED at their deadline, and those that run longer than the server allows,
 * whatever their deadline. One timer, for the earliest end, serves all calls: see `timeout.ts` for what a
 * timer for each would cost.
 */
export class Deadlines implements Interceptor, Disposable {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakesMs = Infinity;

  constructor(
    private readonly gate: Pick<CallGate, "endWhere">,
    private readonly most: Pick<Settings, "maxDeadlineMs" | "maxStreamMs">,
  ) {}

  onRequest(call: Call): void {
    call.endsMs = Math.min(call.endsMs, call.startedMs + this.#allowedMs(call));
    if (call.endsMs < this.#wakesMs) this.#wakeAt(call.endsMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    // Nothing is earlier, so that no late call sets it again.
    this.#wakesMs = -Infinity;
  }

  #wakeAt(endsMs: number): void {
    clearTimeout(this.#timer);
    this.#wakesMs = endsMs;
    const waitMs = Math.max(LEAST_WAIT_MS, Math.ceil(endsMs - performance.now()));
    this.#timer = setTimeout(this.#endLate, Math.min(waitMs, LONGEST_TIMER_MS));
  }

  readonly #endLate = (): void => {
    const now = performance.now();
    let earliestMs = Infinity;
    this.gate.endWhere((call) => {
      if (call.endsMs <= now) return this.#late(call);
      earliestMs = Math.min(earliestMs, call.endsMs);
      return undefined;
    });
    this.#wakesMs = Infinity;
    if (earliestMs < Infinity) this.#wakeAt(earliestMs);
  };

  #late(call: Call): CallStatus {
    const allowedMs = this.#allowedMs(call);
    const details = call.endsMs < call.startedMs + allowedMs
      ? "the deadline that the caller set has passed"
      : `the server ends calls of this kind after ${allowedMs} ms`;
    return { code: Code.DEADLINE_EXCEEDED, details };
  }

  #allowedMs(call: Call): number {
    const { maxDeadlineMs, maxStreamMs } = this.most;
    return (isUnary(call) ? maxDeadlineMs : maxStreamMs) || Infinity;
  }
}
