import type { ServerInterceptor } from "@grpc/grpc-js";
import type { Access } from "../auth/access.ts";
import type { ResolvedOptions } from "../options.ts";
import { added } from "./added.ts";
import type { CallGate } from "./call_gate.ts";
import { chain } from "./chain.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Interceptor } from "./interceptor.ts";
import { MessageMemory } from "./message_memory.ts";
import { rateLimit } from "./rate_limit.ts";
import { requestId } from "./request_id.ts";
import { requireDeadline } from "./require_deadline.ts";
import { timing } from "./timing.ts";

export { CallGate } from "./call_gate.ts";
export { Deadlines } from "./deadlines.ts";
export { recovery } from "./recovery.ts";
export { traceContext } from "./trace_context.ts";

/** The interceptors that the server also uses for other purposes. */
export interface OwnInterceptors {
  readonly tracing: Interceptor;
  readonly access: Access | undefined;
  readonly gate: CallGate;
  readonly deadlines: Deadlines;
}

/**
 * Every interceptor of the server, outermost first: the first sees a request first and its status last.
 *
 * Inside all of them, {@linkcode recovery} wraps the handler itself: what a handler throws or rejects with
 * never reaches an interceptor, since grpc-js answers it with UNKNOWN or drops it.
 */
export function interceptors(
  options: ResolvedOptions,
  { tracing, access, gate, deadlines }: OwnInterceptors,
): ServerInterceptor[] {
  const { log, metrics } = options;
  return [chain([
    // First, so that the others can name the call in whatever they say.
    requestId,
    // Before the log, which names the trace; around the rest, so that a span lasts as long as the call.
    tracing,
    // Around everything that can refuse a call, so that no refusal is missed.
    timing(log),
    ...(metrics ? [metrics.calls] : []),
    // Before authentication, so that guessing tokens is slow.
    ...rateLimit("address", options),
    ...(options.requireDeadline ? [requireDeadline] : []),
    // Before the gate, so that each running call, which the gate holds, has its caller.
    ...(access ? [access] : []),
    // By caller, and so after authentication.
    ...rateLimit("identity", options),
    // After everything that refuses calls for what they are: what it admits runs, and a drain waits for it.
    gate,
    // Among the calls that the gate holds, it looks for those that are late.
    deadlines,
    // Those of `createServer({ interceptors })`: they see admitted calls, with everything that is known.
    ...options.interceptors.map((interceptor) => added(interceptor, log)),
  ], new MessageMemory(options, gate))];
}
