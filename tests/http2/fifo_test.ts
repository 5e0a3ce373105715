import { equal } from "node:assert/strict";
import fc from "fast-check";
import { Fifo } from "../../rides/http2/fifo.ts";
import { checkProperty } from "../support/property.ts";

Deno.test("Fifo - gives what it was given, in that order", () => {
  checkProperty(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (steps) => {
    const fifo = new Fifo<number>();
    const expected: number[] = [];
    steps.forEach((pushes, index) => {
      if (pushes) {
        fifo.push(index);
        expected.push(index);
      } else {
        equal(fifo.shift(), expected.shift());
      }
      equal(fifo.length, expected.length);
    });
    while (expected.length > 0) equal(fifo.shift(), expected.shift());
    equal(fifo.shift(), undefined);
  }));
});
