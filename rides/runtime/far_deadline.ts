import { LONGEST_TIMER_MS } from "../http2/mod.ts";

const LONGEST_S = Math.floor(LONGEST_TIMER_MS / 1_000);

const UNIT_S: Readonly<Record<string, number>> = { H: 3_600, M: 60, S: 1 };

/**
 * Symptom: a call with a deadline more than 24 days ahead, which clients send that cannot say "never", is
 * answered with DEADLINE_EXCEEDED at once, or at some arbitrary time.
 *
 * Cause: the server of grpc-js 1.14.7 cuts the milliseconds of `grpc-timeout` to 32 bits
 * (`server-interceptors.ts`, `handleTimeoutHeader`); its client knows better.
 *
 * Workaround: the header is shortened to what a timer can wait, before grpc-js sees it. Eight digits of the
 * units below a second (PROTOCOL-HTTP2.md) are never too many.
 */
export function bringDeadlineNear(_stream: unknown, headers: Record<string, unknown>): void {
  const timeout = headers["grpc-timeout"];
  if (typeof timeout !== "string") return;
  const unit = UNIT_S[timeout.charAt(timeout.length - 1)];
  if (unit === undefined) return;
  if (parseInt(timeout, 10) * unit > LONGEST_S) headers["grpc-timeout"] = `${LONGEST_S}S`;
}
