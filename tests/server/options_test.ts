import { rejects } from "node:assert/strict";
import type { ServerOptions } from "../../rides/server/options.ts";
import { createServer } from "../../rides/server/server.ts";

const REFUSED: [ServerOptions, string, RegExp][] = [
  [{ listen: [] }, "RangeError", /^listen: there is no address$/],
  [{ listen: ["localhost"] }, "TypeError", /is not an address/],
  [{ graceMs: -1 }, "RangeError", /^Cannot use graceMs=-1: must be an integer from 0 to /],
  [{ limits: { maxConcurrentStreams: 0 } }, "RangeError", /maxConcurrentStreams=0/],
];

for (const [options, name, message] of REFUSED) {
  Deno.test(`createServer - refuses ${Deno.inspect(options)}`, async () => {
    await rejects(createServer({ listen: ["127.0.0.1:0"], ...options }), { name, message });
  });
}
