import { status as Code } from "@grpc/grpc-js";
import type { Log } from "../log.ts";
import type { Interceptor } from "./interceptor.ts";

/**
 * Logs every call when it has ended, as `/Rides/Start took 0.42ms` with its method, code, peer,
 * duration, messages and their bytes. A stream is timed to its end.
 */
export function timing(log: Log): Interceptor {
  return {
    onEnd(call, { code, details }) {
      const durationMs = call.durationMs.toFixed(2);
      log("info", `${call.path} took ${durationMs}ms`, {
        method: call.path,
        code: Code[code],
        details: code === Code.OK || details === "" ? undefined : details,
        peer: call.getPeer(),
        identity: call.identity,
        duration_ms: Number(durationMs),
        messages_in: call.messagesReceived,
        messages_out: call.messagesSent,
        bytes_in: call.bytesReceived,
        bytes_out: call.bytesSent,
        request_id: call.requestId,
        trace_id: call.traceId,
      });
    },
  };
}
