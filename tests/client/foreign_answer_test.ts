import { equal } from "node:assert/strict";
import { foreignAnswer } from "../../rides/client/foreign_answer.ts";

const DETAILS: [string, string | undefined][] = [
  ["Received HTTP status code 404", "with HTTP status 404"],
  ["Received HTTP status code 200", "without a gRPC status"],
  [
    "Received RST_STREAM with code 0 (Call ended without gRPC status)",
    "without a gRPC status",
  ],
  // "html", and the line ends and quotes that other texts begin with.
  [`Received message larger than max (${0x68746d6c} vs 4194304)`, "with a text"],
  [`Received message larger than max (${0x0d0a2265} vs 4194304)`, "with a text"],
  // Messages that really are so long.
  ["Received message larger than max (4194305 vs 4194304)", undefined],
  [`Received message larger than max (${2 ** 30} vs 4194304)`, undefined],
  ["Received RST_STREAM with code 2 (Internal server error)", undefined],
  ["position 0: car_id: must be positive", undefined],
];

for (const [details, answer] of DETAILS) {
  Deno.test(`foreign answer - ${details}`, () => equal(foreignAnswer(details), answer));
}
