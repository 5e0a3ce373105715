import { clearImmediate, setImmediate } from "node:timers";

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

/** Calls `resume` when the other sockets and timers have had their turn; the result calls it off. */
export function afterOthers(resume: () => void): () => void {
  let left = STEPS;
  const step = (): void => {
    if (left-- === 0) resume();
    else immediate = setImmediate(step);
  };
  let immediate = setImmediate(step);
  return () => clearImmediate(immediate);
}
