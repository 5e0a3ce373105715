import { status as Code } from "@grpc/grpc-js";
import { deepEqual, equal } from "node:assert/strict";
import { foreignAnswer } from "../../rides/client/foreign_answer.ts";

const DETAILS: [Code, string, string | undefined][] = [
  [Code.UNKNOWN, "Received HTTP status code 200", "without a gRPC status"],
  [
    Code.INTERNAL,
    "Received RST_STREAM with code 0 (Call ended without gRPC status)",
    "without a gRPC status",
  ],
  // "html", and the line ends and quotes that other texts begin with.
  [
    Code.RESOURCE_EXHAUSTED,
    `Received message larger than max (${0x68746d6c} vs 4194304)`,
    "with a text",
  ],
  [
    Code.RESOURCE_EXHAUSTED,
    `Received message larger than max (${0x0d0a2265} vs 4194304)`,
    "with a text",
  ],
  // Messages that really are so long.
  [
    Code.RESOURCE_EXHAUSTED,
    "Received message larger than max (4194305 vs 4194304)",
    undefined,
  ],
  [Code.RESOURCE_EXHAUSTED, `Received message larger than max (${2 ** 30} vs 4194304)`, undefined],
  [Code.INTERNAL, "Received RST_STREAM with code 2 (Internal server error)", undefined],
  [Code.INVALID_ARGUMENT, "position 0: car_id: must be positive", undefined],
];

for (const [code, details, words] of DETAILS) {
  Deno.test(`foreign answer - ${details}`, () => {
    const answer = foreignAnswer(code, details);
    equal(answer?.words, words);
    // It is no code of the server's.
    if (answer) equal(answer.code, Code.UNKNOWN);
  });
}

Deno.test("foreign answer - has the code that its HTTP status stands for", () => {
  deepEqual(foreignAnswer(Code.UNIMPLEMENTED, "Received HTTP status code 404"), {
    code: Code.UNIMPLEMENTED,
    words: "with HTTP status 404",
  });
});
