/**
 * How often an event loop that never waits lets others go until a thread has answered it 500 times: prints that
 * with no way made for the thread, and with one, as JSON. To be run on one core.
 */
import { afterOthers } from "../../../rides/http2/after_others.ts";
import { makeWayFor } from "../../../rides/http2/make_way.ts";

const ANSWERS = 500;
const ECHO = `data:text/javascript,onmessage = () => postMessage("")`;

const worker = new Worker(ECHO, { type: "module" });
await ask();
const without = await turnsOf(ANSWERS);
using _ = makeWayFor({ isWorking: true });
const withWay = await turnsOf(ANSWERS);
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify([without, withWay])));
worker.terminate();

async function turnsOf(answers: number): Promise<number> {
  let turns = 0;
  let isDone = false;
  const go = (): void => {
    turns++;
    if (!isDone) afterOthers(go);
  };
  go();
  for (let i = 0; i < answers; i++) await ask();
  isDone = true;
  return turns;
}

function ask(): Promise<unknown> {
  const answer = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage("");
  return answer;
}
