import { deepEqual, ok } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { afterOthers } from "../../rides/http2/after_others.ts";
import { TURN_MS } from "../../rides/http2/turn.ts";
import { eventually } from "../support/eventually.ts";

/** Keeps the event loop for longer than the whole queue may take. */
function work(): void {
  const untilMs = performance.now() + 1.5 * TURN_MS;
  while (performance.now() < untilMs);
}

/** Queues four, calls off the first and the third, and tells at which step of the event loop the others went on. */
async function fourQueued(doing: () => void): Promise<{ who: string; step: number }[]> {
  const went: { who: string; step: number }[] = [];
  let step = 0;
  const count = (): void => {
    step++;
    if (went.length < 2) setImmediate(count);
  };
  count();
  const calledOff = ["first", "second", "third", "fourth"].map((who) =>
    afterOthers(() => {
      went.push({ who, step });
      doing();
    })
  );
  calledOff[0]!();
  calledOff[2]!();
  await eventually("both have gone on", () => went.length === 2);
  return went;
}

Deno.test("afterOthers - the others have their turn between two who have much to do", async () => {
  const went = await fourQueued(work);
  deepEqual(went.map(({ who }) => who), ["second", "fourth"]);
  // Deno asks the system for news of the other sockets every 61 steps.
  ok(went[1]!.step - went[0]!.step > 61, `${went[1]!.step - went[0]!.step} steps between them`);
});

Deno.test("afterOthers - what they do in promises counts as well", async () => {
  const went = await fourQueued(() => queueMicrotask(work));
  ok(went[1]!.step - went[0]!.step > 61, `${went[1]!.step - went[0]!.step} steps between them`);
});

Deno.test("afterOthers - who has little to do does not keep the queue waiting", async () => {
  // The machine may be busy just then.
  await eventually("both went on in one turn", async () => {
    const went = await fourQueued(() => {});
    deepEqual(went.map(({ who }) => who), ["second", "fourth"]);
    return went[1]!.step - went[0]!.step < 61;
  });
});
