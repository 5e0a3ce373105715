import type { Buffer } from "node:buffer";
import { BoundedReader } from "./bounded_reader.ts";
import { messageType } from "./descriptors.ts";
import { StrictReader } from "./strict_reader.ts";

/** Turns values into the bytes of a message, and back. */
export interface Codec<Value> {
  encode(value: Value): Buffer;
  /**
   * @param most how many tags, lengths and numbers the message may have; default any
   * @throws {Error} if the bytes are not such a message
   */
  decode(bytes: Uint8Array, most?: number): Value;
}

/** A 64-bit integer as protobufjs has it: two halves of 32 bits. */
export interface Int64 {
  readonly low: number;
  readonly high: number;
}

/**
 * A codec for the message of that name; `Message` has the fields that are used.
 *
 * proto-loader's own codec converts every field by way of plain objects, which takes three times as long as
 * protobufjs's, and that matters when messages come by the hundred thousand. A property test checks that both
 * give the same results.
 */
export function codec<Value, Message extends object>(
  name: string,
  toMessage: (value: Value) => Message,
  fromMessage: (message: Message) => Value,
): Codec<Value> {
  const type = messageType(name);
  return {
    // protobufjs writes into Buffers where there are any.
    encode: (value) => type.encode(toMessage(value)).finish() as Buffer,
    // What protobufjs decodes has every field of the message, absent ones by their default.
    decode: (bytes, most = Infinity) =>
      fromMessage(type.decode(readerOf(bytes, most)) as unknown as Message),
  };
}

/**
 * Reads a message that may have so many tags, lengths and numbers. Most have fewer bytes than that, and
 * nothing is counted.
 */
export function readerOf(bytes: Uint8Array, most: number): StrictReader {
  return bytes.length <= most ? new StrictReader(bytes) : new BoundedReader(bytes, most);
}

/** A codec for the message of that name, whose fields the value has by the same names. */
export function plainCodec<Value extends object>(
  name: string,
  values: (from: Value) => Value,
): Codec<Value> {
  return codec(name, values, values);
}

/** The integer of two halves, signed. */
export function toBigint({ low, high }: Int64): bigint {
  return high === 0 ? BigInt(low >>> 0) : (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
}

/** Whether the integer is one of 64 bits, signed. */
function isInt64(value: bigint): boolean {
  return value === BigInt.asIntN(64, value);
}

/** The integer of 64 bits, signed, that the text writes in decimal; none if it writes something else. */
export function parseInt64(text: string): bigint | undefined {
  const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  return value !== undefined && isInt64(value) ? value : undefined;
}

/**
 * The two halves of an integer.
 *
 * @throws {RangeError} if it is not one of 64 bits: cut to them, it would be another
 */
export function fromBigint(value: bigint): Int64 {
  const number = Number(value);
  // Nearly all are safe integers, and arithmetic with bigints takes ten times as long.
  if (Number.isSafeInteger(number)) return fromNumber(number);
  if (!isInt64(value)) throw new RangeError(`${value} is not an integer of 64 bits`);
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
}

/** The signed integer as a number: exact up to 2^53, and close beyond. */
export function toNumber({ low, high }: Int64): number {
  return (high | 0) * 2 ** 32 + (low >>> 0);
}

/** The unsigned integer as a number: exact up to 2^53, and close beyond. */
export function toUnsigned({ low, high }: Int64): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}

/**
 * The two halves of a whole number.
 *
 * @throws {RangeError} if it is not one of 64 bits
 */
export function fromNumber(value: number): Int64 {
  const whole = Math.trunc(value);
  if (!(whole >= -(2 ** 63) && whole < 2 ** 63)) {
    throw new RangeError(`${value} is not an integer of 64 bits`);
  }
  return { low: whole | 0, high: Math.floor(whole / 2 ** 32) };
}
