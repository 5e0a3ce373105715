import { status as Code } from "@grpc/grpc-js";
import type { Log } from "../log.ts";
import type { Interceptor } from "./chain.ts";

/**
 * Logs every call when it has ended, as `/Rides/Start took 0.42ms` with its method, code, peer and
 * duration. A stream is timed to its end.
 */
export function timing(log: Log): Interceptor {
  return {
    onEnd(call, { code, details }) {
      const durationMs = (performance.now() - call.startedMs).toFixed(2);
      log("info", `${call.path} took ${durationMs}ms`, {
        method: call.path,
        code: Code[code],
        details: code === Code.OK || details === "" ? undefined : details,
        peer: call.getPeer(),
        duration_ms: Number(durationMs),
        request_id: call.requestId,
      });
    },
  };
}
