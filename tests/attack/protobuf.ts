/** Protocol Buffers by hand, for messages that no encoder would make. */
import { Buffer } from "node:buffer";

/** How a field's value is written (https://protobuf.dev/programming-guides/encoding). */
export const Wire = {
  VARINT: 0,
  FIXED_64: 1,
  BYTES: 2,
  GROUP: 3,
  END_GROUP: 4,
  FIXED_32: 5,
} as const;

/** A number in groups of seven bits. */
export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** What stands before a value: the number of its field, and how it is written; `wire` may be none. */
export function tag(field: number, wire: number): Buffer {
  return varint(field * 8 + wire);
}

export function varintField(field: number, value: bigint | number): Buffer {
  return Buffer.concat([tag(field, Wire.VARINT), varint(value)]);
}

/** Bytes, text or a message. */
export function bytesField(field: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([tag(field, Wire.BYTES), varint(bytes.length), bytes]);
}

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, Wire.FIXED_64), bytes]);
}
