import { deepEqual, equal, ok } from "node:assert/strict";
import { LineError, positionLines } from "../../rides/client/position_lines.ts";
import { positionBlocks } from "../../rides/client/upload/position_blocks.ts";
import { NO_SOURCE } from "../../rides/client/upload/source_mark.ts";

const LINE = '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}';

const BAD: [string, string, string][] = [
  ["a line without an end in sight", "x".repeat(70_000), "line 2: longer than 65536 characters"],
  ["an endless blank line", " ".repeat(70_000), "line 2: longer than 65536 characters"],
  [
    "a car beyond 64 bits",
    LINE.replace("7", '"9223372036854775808"'),
    'line 2: car_id: "9223372036854775808" is not an integer of 64 bits',
  ],
  [
    "a car whose number JSON rounds",
    LINE.replace("7", "9007199254740993"),
    "line 2: car_id: a number beyond 2^53 is not exact in JSON; write it as a string",
  ],
  [
    "what the domain refuses",
    LINE.replace("1.0", "91").replace("7", "0"),
    "line 2: car_id: must be positive",
  ],
];

for (const [what, line, message] of BAD) {
  Deno.test(`positionLines - ${what} is a LineError with its number`, async () => {
    const cars = [];
    let failure;
    try {
      const bytes = new Blob([`${LINE}\n${line}\n${LINE}`]).stream();
      for await (const { carId } of positionLines(bytes)) cars.push(carId);
    } catch (error) {
      failure = error;
    }
    ok(failure instanceof LineError, String(failure));
    equal(failure.message, message);
    deepEqual(cars, [7n]);
  });
}

/** The text in pieces of so many bytes. */
function pieces(text: string, length: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
  })());
}

Deno.test("lines - are the same however their bytes come, with a byte order mark and Windows' ends", async () => {
  const text = `\ufeff${LINE}\r\n\r\n${LINE.replace("7", "8")}\n${LINE.replace("7", "9")}`;
  for (const length of [1, 2, 50, 1_000]) {
    const cars = [];
    for await (const { carId } of positionLines(pieces(text, length))) cars.push(carId);
    deepEqual(cars, [7n, 8n, 9n]);
    const taken = [];
    const { signal } = new AbortController();
    for await (const { runs, refused } of positionBlocks(pieces(text, length), NO_SOURCE, signal)) {
      taken.push(...runs.flatMap(({ positions }) => positions.map(({ carId }) => carId)));
      deepEqual(refused, []);
    }
    deepEqual(taken, [7n, 8n, 9n]);
  }
});
