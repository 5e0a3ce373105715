import { Metadata, status as Code, type StatusObject } from "@grpc/grpc-js";
import {
  Aborted,
  AlreadyExists,
  Cancelled,
  FailedPrecondition,
  type Failure,
  InvalidArgument,
  NotFound,
  OutOfRange,
  PermissionDenied,
  ResourceExhausted,
  Unauthenticated,
  Unavailable,
} from "../domain/failure.ts";
import { clip } from "./clip.ts";
import { detailsOf } from "./error_details.ts";

/** The longest message, in bytes as it travels: in a header, percent-encoded. */
const MESSAGE_BYTES = 1_024;

/** The status that answers a failure: the only place where one becomes the other. */
export function statusOf(failure: Failure): StatusObject {
  const details = clip(failure.message, MESSAGE_BYTES);
  const code = codeOf(failure);
  return { code, details, metadata: detailsOf(code, details, failure) };
}

/** By what the caller should do next. */
const CODES: readonly (readonly [abstract new (...args: never) => Failure, Code])[] = [
  [InvalidArgument, Code.INVALID_ARGUMENT],
  [NotFound, Code.NOT_FOUND],
  [AlreadyExists, Code.ALREADY_EXISTS],
  [FailedPrecondition, Code.FAILED_PRECONDITION],
  [Aborted, Code.ABORTED],
  [OutOfRange, Code.OUT_OF_RANGE],
  [ResourceExhausted, Code.RESOURCE_EXHAUSTED],
  [Unauthenticated, Code.UNAUTHENTICATED],
  [PermissionDenied, Code.PERMISSION_DENIED],
  [Unavailable, Code.UNAVAILABLE],
  [Cancelled, Code.CANCELLED],
];

function codeOf(failure: Failure): Code {
  return CODES.find(([type]) => failure instanceof type)?.[1] ?? Code.UNKNOWN;
}

/** What answers everything unexpected: nothing of it is told to the caller. */
export function internalStatus(): StatusObject {
  return { code: Code.INTERNAL, details: "internal error", metadata: new Metadata() };
}
