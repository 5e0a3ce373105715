import { setImmediate } from "node:timers";

/**
 * How long one connection may keep the event loop before the others are due, in milliseconds. A chunk
 * of 64 KiB can hold a thousand requests with their resets, and Deno reads on for as long as there are
 * chunks.
 */
export const TURN_MS = 0.5;

let turn = 0;
/** Who is to be told of the end of this turn; undefined until somebody asks. */
let ending: TurnEvents[] | undefined;

export interface TurnEvents {
  onTurnEnd(): void;
}

/** The number of this turn of the event loop. */
export function currentTurn(): number {
  endingOfTurn();
  return turn;
}

/** Tells `whom` at the end of this turn of the event loop. */
export function atTurnEnd(whom: TurnEvents): void {
  endingOfTurn().push(whom);
}

/** There is one immediate for all connections, since it costs more than what is done in it. */
function endingOfTurn(): TurnEvents[] {
  if (ending === undefined) {
    ending = [];
    setImmediate(endTurn);
  }
  return ending;
}

function endTurn(): void {
  const those = ending!;
  ending = undefined;
  turn++;
  for (const whom of those) whom.onTurnEnd();
}
