import { Metadata, status as Code, type StatusObject } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
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
  type Violation,
} from "../domain/failure.ts";
import { codec } from "./codec.ts";

/** Where gRPC carries a serialized `google.rpc.Status` with details (grpc.io, "richer error model"). */
const DETAILS_KEY = "grpc-status-details-bin";

/**
 * How many bytes of `google.rpc.BadRequest` an answer carries at most. Trailers have to fit into the
 * 8 KiB of metadata that clients accept by default, in base64 and beside the message.
 */
const DETAILS_BYTES = 3_072;

/** The longest message, in bytes as it travels: in a header, percent-encoded. */
const MESSAGE_BYTES = 1_024;

interface StatusMessage {
  code: number;
  message: string;
  details: { type_url: string; value: Uint8Array }[];
}

interface BadRequest {
  field_violations: { field: string; description: string }[];
}

const statusCodec = codec<StatusMessage, StatusMessage>("google.rpc.Status", asIs, asIs);
const badRequestCodec = codec<BadRequest, BadRequest>("google.rpc.BadRequest", asIs, asIs);
const BAD_REQUEST_URL = "type.googleapis.com/google.rpc.BadRequest";

/** The status that answers a failure: the only place where one becomes the other. */
export function statusOf(failure: Failure): StatusObject {
  const details = clip(failure.message, MESSAGE_BYTES);
  if (failure instanceof InvalidArgument) {
    const code = Code.INVALID_ARGUMENT;
    return { code, details, metadata: violationsToMetadata(code, details, failure.violations) };
  }
  return { code: codeOf(failure), details, metadata: new Metadata() };
}

/** By what the caller should do next. */
const CODES: readonly (readonly [new (message: string) => Failure, Code])[] = [
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

/** The violations that the trailers of a failed call name; none where they name none. */
export function violationsOf(trailers: Metadata): Violation[] {
  const [bytes] = trailers.get(DETAILS_KEY);
  if (!Buffer.isBuffer(bytes)) return [];
  try {
    return statusCodec.decode(bytes).details
      .filter((detail) => detail.type_url === BAD_REQUEST_URL)
      .flatMap(({ value }) => badRequestCodec.decode(value).field_violations)
      .map(({ field, description }) => ({ field, reason: description }));
  } catch {
    // Malformed details must not hide the failure that they are the details of.
    return [];
  }
}

function violationsToMetadata(
  code: number,
  message: string,
  violations: readonly Violation[],
): Metadata {
  const value = badRequestCodec.encode({ field_violations: thatFit(violations) });
  const details = [{ type_url: BAD_REQUEST_URL, value }];
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, statusCodec.encode({ code, message, details }));
  return metadata;
}

/** As many violations as fit; where some are left out the last entry says how many. */
function thatFit(violations: readonly Violation[]): BadRequest["field_violations"] {
  const fitting: BadRequest["field_violations"] = [];
  let bytes = 0;
  for (const [index, { field, reason }] of violations.entries()) {
    const violation = { field, description: clip(reason, MESSAGE_BYTES) };
    bytes += Buffer.byteLength(violation.field) + Buffer.byteLength(violation.description) + 8;
    if (bytes > DETAILS_BYTES) {
      fitting.push({ field: "", description: `and ${violations.length - index} more` });
      break;
    }
    fitting.push(violation);
  }
  return fitting;
}

/** By characters: grpc-js cannot send half of a surrogate pair, and throws. */
function clip(text: string, bytes: number): string {
  let left = bytes - encodeURI("…").length;
  let length = 0;
  for (const character of text) {
    left -= encodeURI(character).length;
    if (left < 0) return `${text.slice(0, length)}…`;
    length += character.length;
  }
  return text;
}

function asIs<Value>(value: Value): Value {
  return value;
}
