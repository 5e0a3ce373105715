import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { simplify } from "../../rides/domain/simplify.ts";

const place = fc.record({
  latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
  lngE7: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
});

Deno.test("simplify - gives that many places of the line, in their order, with both ends", () => {
  fc.assert(fc.property(fc.array(place), fc.integer({ min: 2, max: 50 }), (line, count) => {
    const chosen = simplify(line, count);
    equal(chosen.length, Math.min(count, line.length));
    equal(chosen[0], line[0]);
    equal(chosen.at(-1), line.at(-1));
    const places = chosen.map((place) => line.indexOf(place));
    ok(places.every((at, index) => index === 0 || at > places[index - 1]!));
  }));
});

Deno.test("simplify - keeps the corner of a line and drops what is straight", () => {
  const north = Array.from({ length: 50 }, (_, step) => ({ latE7: step, lngE7: 0 }));
  const east = Array.from({ length: 50 }, (_, step) => ({ latE7: 50, lngE7: step }));
  const corner = east[0]!;
  deepEqual(simplify([...north, ...east], 3), [north[0], corner, east.at(-1)]);
});
