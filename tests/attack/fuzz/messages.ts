import { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import { contracts, messageType } from "../../../rides/wire/descriptors.ts";
import { tag, varint, Wire } from "../protobuf.ts";
import type { Random } from "./random.ts";

/** A method of the contracts, and what it is sent. */
export interface FuzzedMethod {
  readonly path: string;
  readonly request: protobuf.Type;
  /** Whether it takes more than one. */
  readonly isStream: boolean;
}

/** Every method of every contract. */
export const METHODS: readonly FuzzedMethod[] = Object.values(contracts()).flatMap((definition) =>
  "format" in definition
    ? []
    : Object.values(definition).map(({ path, requestType, requestStream }) => {
      const scope = /^\/(.*\.)?[^/]*\//.exec(path)?.[1] ?? "";
      const { name } = requestType.type as { name: string };
      return { path, request: messageType(scope + name), isStream: requestStream };
    })
);

const DEEPEST = 5;

/** A message of the type: most of its fields, with values of their kind, or of another now and then. */
export function randomMessage(type: protobuf.Type, random: Random, depth = 0): Buffer {
  const fields = type.fieldsArray.flatMap((field) => {
    if (random.chance(0.2)) return [];
    const count = field.repeated ? random.below(4) : 1;
    return Array.from({ length: count }, () => randomField(field, random, depth));
  });
  return Buffer.concat(fields);
}

function randomField(field: protobuf.Field, random: Random, depth: number): Buffer {
  if (random.chance(0.03)) {
    // Of another kind, or a field that is none.
    return Buffer.concat([tag(random.below(20), random.below(8)), random.bytes(random.below(12))]);
  }
  const { resolvedType, id, type } = field;
  if (resolvedType instanceof protobuf.Type) {
    const inner = depth < DEEPEST
      ? randomMessage(resolvedType, random, depth + 1)
      : Buffer.alloc(0);
    return Buffer.concat([tag(id, Wire.BYTES), varint(inner.length), inner]);
  }
  if (type === "string" || type === "bytes") {
    const text = randomText(random);
    return Buffer.concat([tag(id, Wire.BYTES), varint(text.length), text]);
  }
  if (type === "double") return Buffer.concat([tag(id, Wire.FIXED_64), randomDouble(random)]);
  if (type === "float") return Buffer.concat([tag(id, Wire.FIXED_32), random.bytes(4)]);
  return Buffer.concat([tag(id, Wire.VARINT), varint(randomInteger(random))]);
}

const TEXTS = [
  "",
  "-",
  "John Doe",
  "cars/7",
  "cars/-",
  "rides/x",
  "cars/7/positions",
  "\u0000",
  "ü€😀",
];

function randomText(random: Random): Buffer {
  if (random.chance(0.1)) return random.bytes(random.below(64));
  if (random.chance(0.05)) return Buffer.alloc(random.below(20_000), "x");
  return Buffer.from(random.pick(TEXTS));
}

const DOUBLES = [0, -0, 1, -90.1, 90, 180, 181, NaN, Infinity, -Infinity, 5e-324, 1.7e308];

function randomDouble(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(random.pick(DOUBLES));
  return bytes;
}

function randomInteger(random: Random): bigint {
  const near = 1n << BigInt(random.below(64));
  return random.pick([0n, 1n, 7n, -1n, near, near - 1n, -near]);
}
