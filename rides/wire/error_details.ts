import { Metadata } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import {
  type Failure,
  InvalidArgument,
  ResourceExhausted,
  type Violation,
} from "../domain/failure.ts";
import { clip } from "./clip.ts";
import { type Codec, fromNumber, type Int64, plainCodec, toNumber } from "./codec.ts";

/** Where gRPC carries a serialized `google.rpc.Status` with details (grpc.io, "richer error model"). */
const DETAILS_KEY = "grpc-status-details-bin";

/** The longest reason of a violation, in bytes as if in a header. */
const REASON_BYTES = 1_024;

/**
 * How many bytes of `google.rpc.BadRequest` an answer carries at most. Trailers have to fit into the
 * 8 KiB of metadata that clients accept by default, in base64 and beside the message.
 */
const DETAILS_BYTES = 3_072;

interface StatusMessage {
  code: number;
  message: string;
  details: { type_url: string; value: Uint8Array }[];
}

interface BadRequest {
  field_violations: { field: string; description: string }[];
}

interface RetryInfo {
  /** A google.protobuf.Duration. */
  retry_delay: { seconds: Int64; nanos: number } | null;
}

const statusCodec = plainCodec<StatusMessage>("google.rpc.Status", asIs);
const badRequestCodec = plainCodec<BadRequest>("google.rpc.BadRequest", asIs);
const retryInfoCodec = plainCodec<RetryInfo>("google.rpc.RetryInfo", asIs);
const BAD_REQUEST_URL = "type.googleapis.com/google.rpc.BadRequest";
const RETRY_INFO_URL = "type.googleapis.com/google.rpc.RetryInfo";

/** The violations that the trailers of a failed call name; none where they name none. */
export function violationsOf(trailers: Metadata): Violation[] {
  return valuesOf(trailers, BAD_REQUEST_URL, badRequestCodec)
    .flatMap(({ field_violations }) => field_violations)
    .map(({ field, description }) => ({ field, reason: description }));
}

/** How long to wait before the call is made again, in ms, if the trailers of a failed call say it. */
export function retryAfterMsOf(trailers: Metadata): number | undefined {
  const [delay] = valuesOf(trailers, RETRY_INFO_URL, retryInfoCodec)
    .map(({ retry_delay }) => retry_delay);
  return delay ? toNumber(delay.seconds) * 1_000 + delay.nanos / 1_000_000 : undefined;
}

/** Malformed details count as none: they must not hide the failure they belong to. */
function valuesOf<Value>(trailers: Metadata, url: string, { decode }: Codec<Value>): Value[] {
  const [bytes] = trailers.get(DETAILS_KEY);
  if (!Buffer.isBuffer(bytes)) return [];
  try {
    return statusCodec.decode(bytes).details
      .filter(({ type_url }) => type_url === url)
      .map(({ value }) => decode(value));
  } catch {
    return [];
  }
}

/** The details of a failure's status; nothing where it has none. */
export function detailsOf(code: number, message: string, failure: Failure): Metadata {
  const metadata = new Metadata();
  const details = detailsOfKind(failure);
  if (details.length > 0) {
    metadata.set(DETAILS_KEY, statusCodec.encode({ code, message, details }));
  }
  return metadata;
}

function detailsOfKind(failure: Failure): StatusMessage["details"] {
  if (failure instanceof InvalidArgument) {
    const value = badRequestCodec.encode({ field_violations: thatFit(failure.violations) });
    return [{ type_url: BAD_REQUEST_URL, value }];
  }
  if (failure instanceof ResourceExhausted && failure.retryAfterMs !== undefined) {
    const ms = Math.ceil(failure.retryAfterMs);
    const seconds = fromNumber(ms / 1_000);
    const value = retryInfoCodec.encode({
      retry_delay: { seconds, nanos: ms % 1_000 * 1_000_000 },
    });
    return [{ type_url: RETRY_INFO_URL, value }];
  }
  return [];
}

/** As many violations as fit; if some are left out, the last entry says how many. */
function thatFit(violations: readonly Violation[]): BadRequest["field_violations"] {
  const fitting: BadRequest["field_violations"] = [];
  let bytes = 0;
  for (const [index, { field, reason }] of violations.entries()) {
    const violation = { field, description: clip(reason, REASON_BYTES) };
    bytes += Buffer.byteLength(violation.field) + Buffer.byteLength(violation.description) + 8;
    if (bytes > DETAILS_BYTES) {
      fitting.push({ field: "", description: `and ${violations.length - index} more` });
      break;
    }
    fitting.push(violation);
  }
  return fitting;
}

function asIs<Value>(value: Value): Value {
  return value;
}
