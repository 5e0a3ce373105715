import { Buffer } from "node:buffer";
import type { Random } from "./random.ts";

/** Where parsers err: signs, ends of ranges, what begins a longer number. */
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x3f, 0x40, 0xc0, 0x16, 0x0a];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.pick(INTERESTING);
    return bytes;
  },
  (bytes, random) => {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, random) => {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const inserted = random.bytes(1 + random.below(16));
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
];

/** The bytes with up to `most` faults. */
export function mutate(bytes: Buffer, random: Random, most = 4): Buffer {
  let mutated = Buffer.from(bytes);
  for (let left = 1 + random.below(most); left > 0 && mutated.length > 0; left--) {
    mutated = Buffer.from(random.pick(MUTATIONS)(mutated, random));
  }
  return mutated;
}

/** A stretch of up to 64 bytes. */
function range(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(bytes.length);
  return [start, Math.min(bytes.length, start + 1 + random.below(64))];
}
