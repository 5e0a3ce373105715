import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { type Placed, PlaceList } from "../../rides/http2/place_list.ts";
import { checkProperty } from "../support/property.ts";

Deno.test("PlaceList - has those that were added and not deleted, each once", () => {
  const steps = fc.array(fc.record({ adds: fc.boolean(), which: fc.nat(9) }));
  checkProperty(fc.property(steps, (steps) => {
    const list = new PlaceList<Placed>();
    const all = Array.from({ length: 10 }, () => ({ place: -1 }));
    const expected = new Set<Placed>();
    for (const { adds, which } of steps) {
      const member = all[which]!;
      if (!adds) {
        list.delete(member);
        expected.delete(member);
      } else if (!expected.has(member)) {
        list.add(member);
        expected.add(member);
      }
    }
    equal(list.size, expected.size);
    deepEqual(new Set(list), expected);
    deepEqual(new Set(list.all()), expected);
    for (const member of all) equal(member.place >= 0, expected.has(member));
  }));
});
