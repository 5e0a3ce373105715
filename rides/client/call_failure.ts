import { type ServiceError, status as Code } from "@grpc/grpc-js";
import type { Violation } from "../domain/failure.ts";
import { violationsOf } from "../wire/error_details.ts";

/** A call that ended with another status than OK. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";

  /**
   * @param code the gRPC status code, from 1 to 16
   * @param reason what the server said, or why it could not be reached
   * @param violations the fields that the server refused; none where it named none
   */
  constructor(
    readonly code: Code,
    readonly reason: string,
    readonly violations: readonly Violation[] = [],
    options?: ErrorOptions,
  ) {
    super(`${Code[code]}: ${reason}`, options);
  }

  /** The name of the code, as in `INVALID_ARGUMENT`. */
  get status(): string {
    return Code[this.code];
  }

  /** The failure that grpc-js reports as `error`; any other error is itself. */
  static of(error: unknown): unknown {
    if (!isServiceError(error)) return error;
    const { code, details, metadata } = error;
    return new CallFailure(code, details, metadata ? violationsOf(metadata) : [], { cause: error });
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
