import { deepEqual, ok, rejects } from "node:assert/strict";
import { TURN_MS } from "../../../rides/runtime/mod.ts";
import { Turns } from "../../../rides/server/interceptors/turns.ts";

Deno.test("Turns - work is done in its order, and what fails does not stop the rest", async () => {
  const turns = new Turns();
  const done: number[] = [];
  const work = function* (number: number, ...steps: (() => void)[]): Generator<void, number> {
    for (const step of steps) {
      step();
      yield;
    }
    return done.push(number);
  };
  const first = turns.take(work(1, () => done.push(0)));
  const failed = turns.take(work(2, () => {
    throw new Error("no");
  }));
  const last = turns.once(() => done.push(3));
  await rejects(failed, /^Error: no$/);
  deepEqual([await first, await last, done], [2, 3, [0, 1, 3]]);
});

Deno.test("Turns - timers come between the steps of work that takes long", async () => {
  let done = 0;
  const work = function* (): Generator<void, void> {
    for (let step = 0; step < 20; step++) {
      const end = performance.now() + 2 * TURN_MS;
      while (performance.now() < end);
      done++;
      yield;
    }
  };
  const all = new Turns().take(work());
  const seen = await new Promise<number>((resolve) => setTimeout(() => resolve(done), 0));
  ok(seen < 20, `${seen} of 20 steps were done when a timer had its turn`);
  await all;
});
