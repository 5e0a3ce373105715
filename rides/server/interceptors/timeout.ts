import type { IncomingHttpHeaders } from "node:http2";

/** One digit at least and eight at most, and a unit (grpc/grpc, PROTOCOL-HTTP2.md, "Timeout"). */
const TIMEOUT = /^\d{1,8}[HMSmun]$/;

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

const TIMEOUT_MS = Symbol("rides.timeout");

/** A stream of either transport, with what {@linkcode takeTimeout} took. */
type TimedStream = { [TIMEOUT_MS]?: number };

/** Whether a caller's `grpc-timeout` is one. */
export function isTimeout(text: string): boolean {
  return TIMEOUT.test(text);
}

/**
 * Takes a valid `grpc-timeout` out of the headers of a call, and keeps it with the call's stream, before
 * grpc-js sees it.
 *
 * grpc-js 1.14.7 makes a timer for each call with a deadline (`server-interceptors.ts`,
 * `handleTimeoutHeader`), and cuts its milliseconds to 32 bits. Deno keeps its timers in a `Map`, each of
 * whose tables keeps the next alive once it has become old: with a deadline, which most clients set, a short
 * call cost twice as much, since what it left behind was kept until a full collection.
 */
export function takeTimeout(stream: object, headers: IncomingHttpHeaders): void {
  const timeout = headers["grpc-timeout"];
  if (typeof timeout !== "string") return;
  headers["grpc-timeout"] = undefined;
  (stream as TimedStream)[TIMEOUT_MS] = parseInt(timeout, 10) * UNIT_MS[timeout.at(-1)!]!;
}

/** The timeout that was taken, in ms; `Infinity` if there was none. */
export function timeoutOf(stream: object | undefined): number {
  return (stream as TimedStream | undefined)?.[TIMEOUT_MS] ?? Infinity;
}
