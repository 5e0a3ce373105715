import { type Metadata, status as Code } from "@grpc/grpc-js";
import { backoffMs, pause } from "./backoff.ts";
import { CallFailure } from "./call_failure.ts";

/** How a unary call that ends with UNAVAILABLE is tried again. All optional. */
export interface RetryOptions {
  /** How often a call is sent at most, from 1, which means no retry, to 100. Default 5. */
  readonly attempts?: number;
  /**
   * How long to wait before the second attempt, in milliseconds, from 1 to 60,000; each further wait is
   * twice as long, and all are longer or shorter by up to a fifth at random, so that clients of a server
   * that went do not come back all at once. Default 100.
   */
  readonly backoffMs?: number;
  /**
   * The longest wait, in milliseconds, from 1 to 60,000; also for a new connection after the server has ended
   * one before its greeting. Default 2,000.
   */
  readonly maxBackoffMs?: number;
}

/** How calls are tried again, with everything filled in. */
export type RetryPolicy = Required<RetryOptions>;

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} if a number is out of its range
 */
export function resolveRetry(options: RetryOptions = {}): RetryPolicy {
  const { attempts = 5, backoffMs = 100, maxBackoffMs = 2_000 } = options;
  return {
    attempts: ranged("attempts", attempts, 100),
    backoffMs: ranged("backoffMs", backoffMs, 60_000),
    maxBackoffMs: ranged("maxBackoffMs", maxBackoffMs, 60_000),
  };
}

/**
 * The idempotent methods: those that read, health included; CreateRide, thanks to its request id; and those
 * of AsillaService, which identify a person by name.
 */
const IDEMPOTENT =
  /^\/(rides\.v1\.\w+\/(Get|List|Search|CreateRide)|AsillaService\/|grpc\.health\.)/;

/** A call that may be sent more than once. */
export interface RetriedCall {
  readonly policy: RetryPolicy;
  /** The method, as in `/Rides/Start`. */
  readonly path: string;
  /** On the clock of `Date.now()`: no attempt begins later than this. */
  readonly deadlineMs: number;
  /** Ends a wait; the next attempt is for `send` to refuse. */
  readonly signal: AbortSignal;
  /** Resolves when a call would no longer fail for want of a connection, or after the time given. */
  readonly recovered: (withinMs: number) => Promise<void>;
}

/**
 * Calls `send` until it resolves, fails for good, or has been called as often as allowed.
 *
 * A call that is not idempotent is sent again only if the server certainly did not act on it: there was no
 * connection, the stream was refused (RFC 9113, 8.7), or the server says so (gRFC A6, pushback).
 *
 * @throws what the last `send` rejects with
 */
export async function retrying<Answer>(
  { policy, path, deadlineMs, signal, recovered }: RetriedCall,
  send: () => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1;; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt >= policy.attempts || !mayRetry(error, path)) throw error;
      const ownMs = backoffMs(attempt, policy.backoffMs, policy.maxBackoffMs);
      const waitMs = Math.max(pushbackMs(error) ?? 0, ownMs);
      if (Date.now() + waitMs >= deadlineMs) throw error;
      await pause(waitMs, signal);
      if (LOST.test(error.reason)) {
        await recovered(Math.min(policy.maxBackoffMs, deadlineMs - Date.now()));
      }
    }
  }
}

/**
 * How grpc-js says that a connection ended before the server's greeting, as happens to connections that a
 * server had not yet accepted when it went away. Until there is a new one, which takes a TLS handshake, every
 * call would end at once with the same words.
 */
const LOST = /Last error: .*(Failed to connect|disconnected before|ECONNRESET)/;

function mayRetry(error: unknown, path: string): error is CallFailure {
  if (!(error instanceof CallFailure) || error.code !== Code.UNAVAILABLE) return false;
  const pushback = pushbackMs(error);
  if (pushback !== undefined) return pushback >= 0;
  return IDEMPOTENT.test(path) || /^(No connection established|Stream refused)/.test(error.reason);
}

/**
 * After how long the server wants the call again, in ms; negative for never, undefined if it does not say.
 */
function pushbackMs({ cause }: CallFailure): number | undefined {
  const trailers = (cause as { metadata?: Metadata } | undefined)?.metadata;
  const text = trailers?.get("grpc-retry-pushback-ms")[0];
  // gRFC A6: a value that is not a number means never.
  return text === undefined ? undefined : /^\d{1,9}$/.test(`${text}`) ? Number(text) : -1;
}

function ranged(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new TypeError(`retry.${name}: ${value} is not from 1 to ${most}`);
}
