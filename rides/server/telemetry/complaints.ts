import { diag, DiagLogLevel } from "@opentelemetry/api";
import type { Log } from "../log.ts";

/** The least time between two complaints in the log: an exporter complains each time that it cannot send. */
const EVERY_MS = 60_000;

/**
 * Logs what OpenTelemetry complains of, such as an unreachable collector; by itself it tells nobody.
 * Disposing of it ends that.
 */
export function logComplaints(log: Log): Disposable {
  let nextMs = 0;
  const complain = (message: string) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + EVERY_MS;
    log("warn", "OpenTelemetry has trouble; check its collector (OTEL_EXPORTER_OTLP_ENDPOINT)", {
      reason: reasonOf(message),
    });
  };
  const ignore = () => {};
  diag.setLogger(
    { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return { [Symbol.dispose]: () => diag.disable() };
}

/** Errors come as JSON, with their stack. */
function reasonOf(message: string): string {
  try {
    return JSON.parse(message).message;
  } catch {
    return message;
  }
}
