import { deepEqual } from "node:assert/strict";
import { parseDecimal } from "../../rides/cli/decimal.ts";

const NUMBERS: Record<string, number> = {
  "0": 0,
  "51.46": 51.46,
  "-0.2": -0.2,
  "+7": 7,
  "5.": 5,
  ".5": 0.5,
  "1e1": 10,
  "2.5E-3": 0.0025,
  " -0.2 ": -0.2,
};

for (const [text, number] of Object.entries(NUMBERS)) {
  Deno.test(`a number - "${text}" is one`, () => deepEqual(parseDecimal(text), number));
}

const NO_NUMBERS = [
  "",
  " ",
  ".",
  "-",
  "e1",
  "1e",
  "0x10",
  "0b1",
  "0o7",
  "1_000",
  "1,5",
  "1 2",
  "--1",
];

for (const text of [...NO_NUMBERS, "Infinity", "NaN"]) {
  Deno.test(`a number - "${text}" is none`, () => deepEqual(parseDecimal(text), NaN));
}
