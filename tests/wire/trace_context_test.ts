import { deepEqual, equal, throws } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { parseTraceparent } from "../../rides/wire/trace_context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

Deno.test("parseTraceparent - reads the ids and the flags", () => {
  const context = { traceId: TRACE, spanId: SPAN, flags: 1 };
  deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-01`), context);
  deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-00`), { ...context, flags: 0 });
  deepEqual(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes-later`), context);
});

const NONE: [string, unknown][] = [
  ["nothing", undefined],
  ["bytes", new Uint8Array(55)],
  ["the version 255", `ff-${TRACE}-${SPAN}-01`],
  ["the version 0 with more", `00-${TRACE}-${SPAN}-01-more`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["a short trace", `00-${TRACE.slice(1)}-${SPAN}-01`],
  ["something behind it", `00-${TRACE}-${SPAN}-01\n`],
];

for (const [what, value] of NONE) {
  Deno.test(`parseTraceparent - ${what} is none`, () => {
    equal(parseTraceparent(value), undefined);
  });
}

Deno.test("RidesClient - a traceparent that is none is refused", () => {
  throws(() => new RidesClient({ traceparent: "00-1-2-3" }), /^TypeError: traceparent: it is not/);
});
