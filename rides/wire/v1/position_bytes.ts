import { Buffer } from "node:buffer";
import { type StoredFix, UNKNOWN } from "../../domain/fix.ts";
import { fromBigint, fromNumber, type Int64 } from "../codec.ts";
import { FLAGS } from "./position.ts";

/**
 * More than a position takes: a number of a car (11), two times (2 × 19), a location (20), three doubles
 * (27) and flags (5). So every length in it, and its own, is one byte.
 */
const MAX_BYTES = 127;

/** The first byte of a field, by how its value is written (protobuf.dev, "Encoding"). */
const varint = (field: number): number => field << 3;
const double = (field: number): number => field << 3 | 1;
const delimited = (field: number): number => field << 3 | 2;

/** Where messages are made. It grows, and is used again for each. */
let room = new DataView(new ArrayBuffer(MAX_BYTES));

/** A fix as `rides.v1.Position`. */
export function encodePosition(fix: StoredFix): Buffer {
  return made(writePosition(fix, 0));
}

/**
 * Fixes as a field of a message that is `rides.v1.Position`, repeated.
 *
 * In one pass from fixes to bytes: protobufjs, with its message objects and list of write operations, takes
 * ten times as long, and histories are read by the ten thousand.
 */
export function encodePositions(field: number, fixes: readonly StoredFix[]): Buffer {
  const most = fixes.length * (2 + MAX_BYTES);
  if (room.byteLength < most) room = new DataView(new ArrayBuffer(most));
  let at = 0;
  for (const fix of fixes) {
    room.setUint8(at, delimited(field));
    const end = writePosition(fix, at + 2);
    room.setUint8(at + 1, end - at - 2);
    at = end;
  }
  return made(at);
}

/** A copy of what was made, up to `end`. */
function made(end: number): Buffer {
  return Buffer.from(new Uint8Array(room.buffer, 0, end));
}

/** Writes a fix at `start`; returns where it ends. */
function writePosition(fix: StoredFix, start: number): number {
  const { carId, timeMs, speedCmps, headingCdeg, accuracyCm, receivedMs, flags } = fix;
  let at = start;
  room.setUint8(at++, varint(1));
  at = writeInt64(fromBigint(carId), at);
  at = writeTime(2, timeMs, at);
  at = writeLocation(3, fix, at);
  if (speedCmps !== UNKNOWN) at = writeDouble(4, speedCmps / 100, at);
  if (headingCdeg !== UNKNOWN) at = writeDouble(5, headingCdeg / 100, at);
  if (accuracyCm !== UNKNOWN) at = writeDouble(6, accuracyCm / 100, at);
  at = writeTime(7, receivedMs, at);
  return flags === 0 ? at : writeFlags(8, flags, at);
}

function writeTime(field: number, ms: number, start: number): number {
  const seconds = Math.floor(ms / 1_000);
  room.setUint8(start, delimited(field));
  let at = start + 2;
  room.setUint8(at++, varint(1));
  at = writeInt64(fromNumber(seconds), at);
  room.setUint8(at++, varint(2));
  at = writeInt64({ low: (ms - seconds * 1_000) * 1e6, high: 0 }, at);
  room.setUint8(start + 1, at - start - 2);
  return at;
}

function writeLocation(field: number, { latE7, lngE7 }: StoredFix, start: number): number {
  room.setUint8(start, delimited(field));
  const at = writeDouble(2, lngE7 / 1e7, writeDouble(1, latE7 / 1e7, start + 2));
  room.setUint8(start + 1, at - start - 2);
  return at;
}

function writeDouble(field: number, value: number, at: number): number {
  room.setUint8(at, double(field));
  room.setFloat64(at + 1, value, true);
  return at + 9;
}

function writeFlags(field: number, bits: number, start: number): number {
  room.setUint8(start, delimited(field));
  let at = start + 2;
  for (const [bit, flag] of FLAGS) if (bits & bit) room.setUint8(at++, flag);
  room.setUint8(start + 1, at - start - 2);
  return at;
}

function writeInt64({ low, high }: Int64, start: number): number {
  let at = start;
  let [rest, above] = [low >>> 0, high >>> 0];
  while (above !== 0 || rest > 127) {
    room.setUint8(at++, rest & 127 | 128);
    rest = (rest >>> 7 | above << 25) >>> 0;
    above >>>= 7;
  }
  room.setUint8(at, rest);
  return at + 1;
}
