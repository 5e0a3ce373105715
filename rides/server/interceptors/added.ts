import { Failure } from "../../domain/failure.ts";
import { internalStatus, statusOf } from "../../wire/status.ts";
import type { Log } from "../log.ts";
import { wholeError } from "../whole_error.ts";
import type { Call, Interceptor } from "./interceptor.ts";

/**
 * An interceptor from outside, made safe: what it throws at a request ends the call, a {@linkcode Failure}
 * with its status, anything else with INTERNAL and a line in the log. What it throws later, when the call can
 * no longer be refused, is only logged.
 */
export function added(interceptor: Interceptor, log: Log): Interceptor {
  const report = (error: unknown, { path, requestId }: Call) =>
    log("error", "an interceptor failed unexpectedly", {
      method: path,
      request_id: requestId,
      stack: wholeError(error),
    });
  const reported = (what: () => void, call: Call) => {
    try {
      what();
    } catch (error) {
      report(error, call);
    }
  };
  return {
    onRequest(call, metadata) {
      try {
        interceptor.onRequest?.(call, metadata);
      } catch (error) {
        const known = error instanceof Failure;
        if (!known) report(error, call);
        call.sendStatus(known ? statusOf(error) : internalStatus());
      }
    },

    onResponse: (call, metadata) => reported(() => interceptor.onResponse?.(call, metadata), call),
    onEnd: (call, status) => reported(() => interceptor.onEnd?.(call, status), call),
  };
}
