import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Place } from "../../rides/domain/fix.ts";
import { simplify } from "../../rides/domain/simplify.ts";

const place = fc.record({
  latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
  lngE7: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
});

const simplified = (line: readonly Place[], count: number) =>
  simplify({
    rows: line.length,
    latE7: Int32Array.from(line, ({ latE7 }) => latE7),
    lngE7: Int32Array.from(line, ({ lngE7 }) => lngE7),
  }, count);

Deno.test("simplify - gives that many places of the line, in their order, with both ends", () => {
  fc.assert(fc.property(fc.array(place), fc.integer({ min: 2, max: 50 }), (line, count) => {
    const chosen = simplified(line, count);
    equal(chosen.length, Math.min(count, line.length));
    if (line.length === 0) return;
    equal(chosen[0], 0);
    equal(chosen.at(-1), line.length - 1);
    ok(chosen.every((row, index) => index === 0 || row > chosen[index - 1]!));
  }));
});

Deno.test("simplify - keeps the corner of a line and drops what is straight", () => {
  const north = Array.from({ length: 50 }, (_, step) => ({ latE7: step, lngE7: 0 }));
  const east = Array.from({ length: 50 }, (_, step) => ({ latE7: 50, lngE7: step }));
  deepEqual(simplified([...north, ...east], 3), [0, 50, 99]);
});

Deno.test("simplify - chooses the same places of a line across the antimeridian", () => {
  const halfAround = 1_800_000_000;
  const line = Array.from({ length: 200 }, (_, step) => ({
    latE7: Math.round(Math.sin(step / 9) * 1_000),
    lngE7: step * 10 - 1_000,
  }));
  const across = line.map(({ latE7, lngE7 }) => ({
    latE7,
    lngE7: lngE7 + (lngE7 < 0 ? halfAround : -halfAround),
  }));
  deepEqual(simplified(across, 20), simplified(line, 20));
});
