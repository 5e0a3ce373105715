import { status as Code } from "@grpc/grpc-js";
import type { Settings } from "../settings.ts";
import type { CallGate } from "./call_gate.ts";
import { isUnary } from "./interceptor.ts";

/** How often it looks at most and at least, in ms. */
const SHORTEST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 1_000;

/**
 * Ends calls that run longer than the server allows, whatever their deadline, with DEADLINE_EXCEEDED. It
 * polls the running calls, so that a call costs nothing here; an end can be late by a tenth of the allowed
 * time, and at most by a second.
 */
export class DeadlineCap implements Disposable {
  readonly #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly gate: CallGate,
    private readonly most: Pick<Settings, "maxDeadlineMs" | "maxStreamMs">,
  ) {
    const shortest = Math.min(most.maxDeadlineMs || Infinity, most.maxStreamMs || Infinity);
    if (shortest === Infinity) return;
    const lookMs = Math.min(Math.max(shortest / 10, SHORTEST_LOOK_MS), LONGEST_LOOK_MS);
    this.#timer = setInterval(() => this.#endLate(), lookMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #endLate(): void {
    const { maxDeadlineMs, maxStreamMs } = this.most;
    const now = performance.now();
    this.gate.endWhere((call) => {
      const allowedMs = isUnary(call) ? maxDeadlineMs : maxStreamMs;
      if (allowedMs === 0 || now - call.startedMs <= allowedMs) return undefined;
      const details = `the server ends calls of this kind after ${allowedMs} ms`;
      return { code: Code.DEADLINE_EXCEEDED, details };
    });
  }
}
