import { rejects } from "node:assert/strict";
import type { ServerOptions } from "../../rides/server/options.ts";
import { createServer } from "../../rides/server/server.ts";

const REFUSED: [ServerOptions, string, RegExp][] = [
  [{ listen: [] }, "RangeError", /^listen: there is no address$/],
  [{ listen: ["localhost"] }, "TypeError", /is not an address/],
  [{ graceMs: -1 }, "RangeError", /^graceMs: -1 is out of range \[0, 2147483647\]$/],
  [{ graceMs: Infinity }, "RangeError", /^graceMs: Infinity is out of range/],
  [{ maxMessageBytes: NaN }, "RangeError", /^maxMessageBytes: NaN is out of range/],
  [{ maxMessageBytes: 0 }, "RangeError", /^maxMessageBytes: 0 is out of range/],
  [{ keepaliveMs: 10 }, "RangeError", /^keepaliveMs: 10 is out of range/],
  [{ limits: { maxConcurrentStreams: 0 } }, "RangeError", /maxConcurrentStreams=0/],
];

for (const [options, name, message] of REFUSED) {
  Deno.test(`createServer - refuses ${Deno.inspect(options)}`, async () => {
    await rejects(createServer({ listen: ["127.0.0.1:0"], ...options }), { name, message });
  });
}
