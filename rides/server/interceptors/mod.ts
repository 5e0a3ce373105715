import type { ServerInterceptor } from "@grpc/grpc-js";
import type { Access } from "../auth/access.ts";
import type { ResolvedOptions } from "../options.ts";
import { added } from "./added.ts";
import type { CallGate } from "./call_gate.ts";
import { chain } from "./chain.ts";
import type { Interceptor } from "./interceptor.ts";
import { MessageMemory } from "./message_memory.ts";
import { rateLimit } from "./rate_limit.ts";
import { requestId } from "./request_id.ts";
import { requireDeadline } from "./require_deadline.ts";
import { timing } from "./timing.ts";

export { CallGate } from "./call_gate.ts";
export { DeadlineCap } from "./deadline_cap.ts";
export { recovery } from "./recovery.ts";
export { traceContext } from "./trace_context.ts";

/** The interceptors that the server has for other purposes, too. */
export interface OwnInterceptors {
  readonly tracing: Interceptor;
  readonly access: Access | undefined;
  readonly gate: CallGate;
}

/**
 * Every interceptor of the server, outermost first: the first sees a request first and its status last.
 *
 * Inside all of them stands {@linkcode recovery}, around the handler itself: what a handler throws or
 * rejects with never reaches an interceptor of grpc-js, which answers it with UNKNOWN or drops it.
 */
export function interceptors(
  options: ResolvedOptions,
  { tracing, access, gate }: OwnInterceptors,
): ServerInterceptor[] {
  const { log, metrics } = options;
  return [chain([
    // First, so that whatever the others say of the call can name it.
    requestId,
    // Before the log, which names the trace; around the rest, so that a span is as long as the call.
    tracing,
    // Around all that can refuse a call, so that no refusal is missed.
    timing(log),
    ...(metrics ? [metrics.calls] : []),
    // Before who calls is asked, so that guessing is slow, too.
    ...rateLimit("address", options),
    ...(options.requireDeadline ? [requireDeadline] : []),
    // Before the gate, so that each of the calls that run, which it holds, has its caller.
    ...(access ? [access] : []),
    // By who calls, and so behind it.
    ...rateLimit("identity", options),
    // After all that refuses calls for what they are: what it lets in runs, and is waited for.
    gate,
    // Those of `createServer({ interceptors })`: for calls that are let in, and with all that is known.
    ...options.interceptors.map((interceptor) => added(interceptor, log)),
  ], new MessageMemory(options, gate))];
}
