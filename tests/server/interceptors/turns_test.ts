import { deepEqual, ok, rejects } from "node:assert/strict";
import { TURN_MS } from "../../../rides/runtime/mod.ts";
import { Turns } from "../../../rides/server/interceptors/turns.ts";

Deno.test("Turns - work is done in its order, and what fails does not stop the rest", async () => {
  const turns = new Turns();
  const done: number[] = [];
  const first = turns.take(() => done.push(1));
  const failed = turns.take(() => {
    done.push(2);
    throw new Error("no");
  });
  const last = turns.take(() => done.push(3));
  await rejects(failed, /^Error: no$/);
  deepEqual([await first, await last, done], [1, 3, [1, 2, 3]]);
});

Deno.test("Turns - timers come between pieces of work that take long", async () => {
  const turns = new Turns();
  let done = 0;
  const all = Array.from({ length: 20 }, () =>
    turns.take(() => {
      const end = performance.now() + 2 * TURN_MS;
      while (performance.now() < end);
      done++;
    }));
  const seen = await new Promise<number>((resolve) => setTimeout(() => resolve(done), 0));
  ok(seen < all.length, `${seen} of ${all.length} were done when a timer had its turn`);
  await Promise.all(all);
});
