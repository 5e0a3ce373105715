import { setImmediate } from "node:timers";

/**
 * How long a session may go on reading before the others are due, in milliseconds. A chunk of 64 KiB can
 * hold a thousand requests with their resets, and Deno reads on for as long as there are chunks.
 */
export const TURN_MS = 1;

/**
 * Deno goes on with what is at hand before it asks the system for news of the other sockets: every 61
 * steps of its event loop (tokio's `event_interval`), and an immediate is a step. Together these take
 * 0.2 ms; a timer, the other way to wait, takes 2 ms.
 */
const STEPS = 64;

let turn = 0;
/** What is done at the end of this turn; undefined as long as nobody has asked for it. */
let ending: (() => void)[] | undefined;

/** The number of this turn of the event loop. */
export function currentTurn(): number {
  endingOfTurn();
  return turn;
}

/** Calls `action` at the end of this turn of the event loop. */
export function atTurnEnd(action: () => void): void {
  endingOfTurn().push(action);
}

/** One immediate for all connections, since it costs more than what is done in it. */
function endingOfTurn(): (() => void)[] {
  if (ending === undefined) {
    ending = [];
    setImmediate(endTurn);
  }
  return ending;
}

function endTurn(): void {
  const actions = ending!;
  ending = undefined;
  turn++;
  for (const action of actions) action();
}

/** Who waits until the others have had their turn, in the order in which they came. */
const waiting: (() => void)[] = [];
let stepsLeft = 0;

/**
 * Calls `resume` when the other sockets and timers have had their turn, and whoever asked for it before has
 * gone on, one a step: a hundred that keep the server busy would otherwise take a hundred times as long as
 * one between two turns of the others. The more wait, the fewer steps are between two of them, since with a
 * whole wait for each the row could grow for ever. The result calls it off.
 */
export function afterOthers(resume: () => void): () => void {
  waiting.push(resume);
  if (waiting.length === 1) awaitNext();
  return () => {
    const at = waiting.indexOf(resume);
    // The first one keeps its place, since the steps are for it.
    if (at === 0) waiting[0] = () => {};
    else if (at > 0) waiting.splice(at, 1);
  };
}

function awaitNext(): void {
  stepsLeft = Math.ceil(STEPS / waiting.length);
  setImmediate(step);
}

function step(): void {
  if (stepsLeft-- > 0) return void setImmediate(step);
  const resume = waiting.shift()!;
  if (waiting.length > 0) awaitNext();
  resume();
}
