/**
 * What can go wrong in the domain. A failure says what happened in words that its caller may read; it
 * becomes a gRPC status in `wire/status.ts`, and nowhere else.
 */
export abstract class Failure extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** One field that was refused, and why. */
export interface Violation {
  /** The path of the field in its message, as in `location.lat` or `passengers_ids[1]`. */
  readonly field: string;
  /** Why, as in `empty` or `91 is out of range [-90, 90]`. */
  readonly reason: string;
}

/** A request that was refused for its fields; the message is about the first of them. */
export class InvalidArgument extends Failure {
  /** @param describe adds to the message where the field was found; default nothing */
  constructor(
    readonly violations: readonly [Violation, ...Violation[]],
    describe: (message: string) => string = (message) => message,
  ) {
    const [{ field, reason }] = violations;
    super(describe(`${field}: ${reason}`));
  }
}

/** A limit of the server was reached; the same call may succeed later or with less. */
export class ResourceExhausted extends Failure {
  /** @param retryAfterMs when the same call can succeed, in milliseconds from now, if that is known */
  constructor(message: string, readonly retryAfterMs?: number) {
    super(message);
  }
}

/** The caller left before the work was done; there is nobody to answer. */
export class Cancelled extends Failure {}

/** What was named does not exist. */
export class NotFound extends Failure {}

/** The call has no credential, or one that is no longer valid. */
export class Unauthenticated extends Failure {}

/** The caller is known, and not allowed to do this. */
export class PermissionDenied extends Failure {}

/** What should be created exists already, and is not what the request describes. */
export class AlreadyExists extends Failure {}

/** The state of what was named does not allow this; it has to change before the same call can succeed. */
export class FailedPrecondition extends Failure {}

/** Somebody else was faster (a stale etag): the caller has to look again before deciding. */
export class Aborted extends Failure {}

/** A place in a stream that is no longer kept, or that is not there yet. */
export class OutOfRange extends Failure {}

/** The service cannot do this now; the same call may succeed in a moment. */
export class Unavailable extends Failure {}

/**
 * Refuses a request if any of its fields were.
 *
 * @param describe adds to the message where they were found
 * @throws {InvalidArgument} with all of them
 */
export function refuseIfAny(
  violations: readonly Violation[],
  describe?: (message: string) => string,
): void {
  const [first, ...rest] = violations;
  if (first) throw new InvalidArgument([first, ...rest], describe);
}
