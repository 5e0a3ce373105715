import { type ServiceError, status as Code } from "@grpc/grpc-js";
import type { Violation } from "../domain/failure.ts";
import { retryAfterMsOf, violationsOf } from "../wire/error_details.ts";

/** A call that ended with another status than OK. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  /** How long to wait before the call is made again, in ms, where the server said so (RetryInfo). */
  readonly retryAfterMs: number | undefined;

  /**
   * @param code the gRPC status code, from 1 to 16
   * @param reason what the server said, or why it could not be reached
   * @param violations the fields that the server refused; none where it named none
   * @param options `retryAfterMs`: see the property
   */
  constructor(
    readonly code: Code,
    readonly reason: string,
    readonly violations: readonly Violation[] = [],
    options?: ErrorOptions & { readonly retryAfterMs?: number },
  ) {
    super(`${Code[code]}: ${reason}`, options);
    this.retryAfterMs = options?.retryAfterMs;
  }

  /** The name of the code, as in `INVALID_ARGUMENT`. */
  get status(): string {
    return Code[this.code];
  }

  /** The failure that grpc-js reports as `error`; any other error is itself. */
  static of(error: unknown): unknown {
    if (!isServiceError(error)) return error;
    const { metadata } = error;
    const { code, details } = LOST.test(error.details)
      ? { code: Code.UNAVAILABLE, details: "the connection was lost" }
      : error;
    return new CallFailure(code, details, metadata ? violationsOf(metadata) : [], {
      cause: error,
      retryAfterMs: metadata && retryAfterMsOf(metadata),
    });
  }
}

/**
 * What grpc-js 1.14.7 says, with INTERNAL, if a server goes away while something is being written to it. It
 * recognizes only ECONNRESET as a lost connection.
 */
const LOST = /triggered by internal client error: write EPIPE$/;

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
