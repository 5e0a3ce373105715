import { equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { StrictReader } from "../../rides/wire/strict_reader.ts";
import { checkProperty } from "../support/property.ts";

/** The bytes as a string field has them: behind their length. */
function field(bytes: Uint8Array): Uint8Array {
  const length = bytes.length < 128
    ? [bytes.length]
    : [bytes.length & 0x7f | 0x80, bytes.length >> 7];
  return Uint8Array.of(...length, ...bytes);
}

const read = (bytes: Uint8Array) => new StrictReader(field(bytes)).string();

Deno.test("StrictReader - reads every text as it was written", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
  );
  checkProperty(fc.property(text, (text) => equal(read(new TextEncoder().encode(text)), text)));
});

Deno.test("StrictReader - takes what a fatal TextDecoder takes, and nothing else", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x41, 0xc3, 0xa4, 0xed));
  checkProperty(fc.property(fc.array(byte, { maxLength: 12 }), (numbers) => {
    const bytes = Uint8Array.from(numbers);
    let expected;
    try {
      expected = decoder.decode(bytes);
    } catch {
      throws(() => read(bytes), TypeError);
      return;
    }
    equal(read(bytes), expected);
  }));
});

const INVALID: [string, number[]][] = [
  ["a continuation alone", [0x80]],
  ["a character cut short", [0xe4, 0xb9]],
  ["an overlong A", [0xc1, 0x81]],
  ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
  ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
];

for (const [what, bytes] of INVALID) {
  Deno.test(`StrictReader - refuses ${what}`, () => {
    throws(() => read(Uint8Array.from(bytes)), TypeError);
  });
}

Deno.test("StrictReader - what follows a string is read behind it", () => {
  const reader = new StrictReader(Uint8Array.of(2, 0xc3, 0xa4, 7));
  equal(reader.string(), "ä");
  equal(reader.uint32(), 7);
});
