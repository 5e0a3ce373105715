import type { MethodDefinition } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import type { Change, EncodedChange } from "../../domain/commit.ts";
import { encodePosition } from "./position_bytes.ts";
import { rideCodec } from "./ride.ts";

/** The first byte of a field that is a message, a string or bytes (protobuf.dev, "Encoding"). */
const field = (number: number): number => number << 3 | 2;

/** `events` and `resume_token` of WatchCarsResponse and WatchRideResponse. */
const EVENTS = field(1);
const RESUME_TOKEN = field(2);
/** `snapshot_complete` of WatchCarsResponse, and that it is true. */
const SNAPSHOT_COMPLETE = [3 << 3, 1];
/** The fields of CarEvent and of RideEvent. */
const CAR_EVENT = { fix: field(1), ride: field(2) };
const RIDE_EVENT = { ride: field(1), fix: field(2) };

/**
 * Makes the responses of watches from events that are encoded already: an event is encoded once, however many
 * watch, and a response is little more than its events one after another. The codecs in `watch.ts` encode
 * whole values to the same bytes.
 */
export const watchEncoder = {
  change(change: Change): EncodedChange {
    return change.kind === "fix"
      ? { kind: "fix", bytes: encodePosition(change.fix) }
      : { kind: "ride", bytes: rideCodec.encode(change.ride) };
  },

  cars(events: readonly EncodedChange[], resumeToken: string, complete: boolean): Buffer {
    return response(CAR_EVENT, events, resumeToken, complete ? SNAPSHOT_COMPLETE : []);
  },

  ride(events: readonly EncodedChange[], resumeToken: string): Buffer {
    return response(RIDE_EVENT, events, resumeToken, []);
  },
};

/** The method with responses as bytes, for a handler that encodes them itself. */
export function answeringBytes<Request, Response>(
  method: MethodDefinition<Request, Response>,
): MethodDefinition<Request, Buffer> {
  const asTheyAre = (bytes: Buffer) => bytes;
  return { ...method, responseSerialize: asTheyAre, responseDeserialize: asTheyAre };
}

function response(
  fields: Readonly<Record<Change["kind"], number>>,
  events: readonly EncodedChange[],
  resumeToken: string,
  more: readonly number[],
): Buffer {
  const tokenBytes = 1 + varintBytes(resumeToken.length) + resumeToken.length;
  let size = tokenBytes + more.length;
  for (const { bytes } of events) size += sizeOfField(sizeOfField(bytes.length));
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { kind, bytes } of events) {
    out[at++] = EVENTS;
    at = writeVarint(out, at, sizeOfField(bytes.length));
    out[at++] = fields[kind];
    at = writeVarint(out, at, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  }
  out[at++] = RESUME_TOKEN;
  at = writeVarint(out, at, resumeToken.length);
  at += out.write(resumeToken, at, "latin1");
  for (const byte of more) out[at++] = byte;
  return out;
}

function sizeOfField(length: number): number {
  return 1 + varintBytes(length) + length;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest >>>= 7) bytes++;
  return bytes;
}

function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  for (; rest > 127; rest >>>= 7) out[at++] = rest & 127 | 128;
  out[at] = rest;
  return at + 1;
}
