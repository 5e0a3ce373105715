/** How large the headers of a request may be, over both transports. */
import { equal } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start } = ridesDefinition;

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, "1"]));

const REQUESTS: [string, Record<string, string>, string][] = [
  ["of 15 KiB are taken", { "x-long": "a".repeat(15 * 1024) }, "OK"],
  ["of 17 KiB are refused", { "x-long": "a".repeat(17 * 1024) }, "RESOURCE_EXHAUSTED"],
  ["in 100 fields are taken", many(100), "OK"],
  ["in 150 fields are refused", many(150), "RESOURCE_EXHAUSTED"],
];

for (const transport of TRANSPORTS) {
  for (const [what, metadata, status] of REQUESTS) {
    Deno.test(`headers - ${what}, and later calls are (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      equal((await serving.channel.call(Start, RIDE, { metadata })).status, status);
      equal((await serving.channel.call(Start, RIDE)).status, "OK");
    });
  }
}
