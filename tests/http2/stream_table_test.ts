import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type { Stream } from "../../rides/http2/stream.ts";
import { StreamTable } from "../../rides/http2/stream_table.ts";
import { checkProperty } from "../support/property.ts";

const streamWith = (id: number) => ({ id }) as Stream;

/** Identifiers as clients give them, odd, from few enough that they meet in the table. */
const ids = fc.integer({ min: 0, max: 60 }).map((n) => 2 * n + 1);

const steps = fc.array(fc.tuple(fc.constantFrom("add", "delete", "get"), ids), {
  maxLength: 300,
});

Deno.test("StreamTable - holds what a Map would", () => {
  checkProperty(fc.property(steps, (steps) => {
    const table = new StreamTable();
    const map = new Map<number, Stream>();
    for (const [step, id] of steps) {
      if (step === "add" && !map.has(id)) {
        const stream = streamWith(id);
        table.add(stream);
        map.set(id, stream);
      } else if (step === "delete") {
        table.delete(id);
        map.delete(id);
      }
      equal(table.get(id), map.get(id));
      equal(table.size, map.size);
    }
    const sorted = (streams: Iterable<Stream>) => [...streams].map(({ id }) => id).sort();
    deepEqual(sorted(table.all()), sorted(map.values()));
  }));
});
