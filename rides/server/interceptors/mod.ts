import type { ServerInterceptor } from "@grpc/grpc-js";
import type { Log } from "../log.ts";
import type { CallGate } from "./call_gate.ts";
import { chain } from "./chain.ts";
import { requestId } from "./request_id.ts";
import { timing } from "./timing.ts";

export { CallGate } from "./call_gate.ts";
export { recovery } from "./recovery.ts";

/**
 * Every interceptor of the server, outermost first: the first sees a request first and its status last.
 *
 * Inside all of them stands {@linkcode recovery}, around the handler itself: what a handler throws or
 * rejects with never reaches an interceptor of grpc-js, which answers it with UNKNOWN or drops it.
 */
export function interceptors(log: Log, gate: CallGate): ServerInterceptor[] {
  return [chain([
    requestId,
    timing(log),
    gate,
  ])];
}
