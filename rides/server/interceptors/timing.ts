import { ServerInterceptingCall, type ServerInterceptor, status as Code } from "@grpc/grpc-js";
import type { Log } from "../log.ts";
import { requestIdOf } from "./request_id.ts";
import { statusSentBelow } from "./status_sent_below.ts";

/**
 * Logs every call when it has ended, as `/Rides/Start took 0.42ms` with its method, code, peer and
 * duration. A stream is timed to its end.
 */
export function timing(log: Log): ServerInterceptor {
  return ({ path }, call) => {
    const start = performance.now();
    let id: string | undefined;
    let ended = false;
    const end = (code: Code, details?: string) => {
      if (ended) return;
      ended = true;
      const durationMs = (performance.now() - start).toFixed(2);
      log("info", `${path} took ${durationMs}ms`, {
        method: path,
        code: Code[code],
        details: code === Code.OK ? undefined : details,
        peer: call.getPeer(),
        duration_ms: Number(durationMs),
        request_id: id,
      });
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, next) => {
            id = requestIdOf(metadata);
            next(metadata);
          },
          onCancel: () => end(statusSentBelow(call) ?? Code.CANCELLED),
        }),
      sendStatus: (status, next) => {
        end(status.code, status.details);
        next(status);
      },
    });
  };
}
