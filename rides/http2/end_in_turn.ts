import { afterOthers, hasTime, turnsAhead } from "./after_others.ts";
import { Fifo } from "./fifo.ts";
import { currentTurn, TURN_MS } from "./turn.ts";

/**
 * How many end in a turn of the others: most of what follows an end is done in ticks and promises, when its own
 * time is over.
 */
const TOGETHER = 10;

/** What has to end, in its order. */
const waiting = new Fifo<() => void>();
let lastTurn = -1;
let left = 0;
let isGoing = false;

/**
 * Ends a socket or a stream: at once if few have ended in this turn of the event loop, and when the others
 * had theirs if not. Ten connections with a hundred streams each that hang up together would otherwise hold
 * up everybody else for 60 ms.
 */
export function endInTurn(end: () => void): void {
  if (waiting.length === 0 && mayEnd()) return end();
  waiting.push(end);
  if (!isGoing) goOn();
}

function mayEnd(): boolean {
  const turn = currentTurn();
  if (turn !== lastTurn) {
    lastTurn = turn;
    left = TOGETHER;
  }
  return left > 0 && hasTime() && left-- > 0;
}

function goOn(): void {
  isGoing = true;
  afterOthers(endSome);
}

function endSome(): void {
  const until = performance.now() + TURN_MS;
  // It takes that many turns until the next: among many busy connections, more would leave than end.
  const most = TOGETHER * Math.max(1, turnsAhead());
  try {
    for (let ended = 0; waiting.length > 0; ended++) {
      if (ended === most || performance.now() > until) break;
      waiting.shift()!();
    }
  } finally {
    // One that throws holds up none of the others.
    isGoing = false;
    if (waiting.length > 0) goOn();
  }
}
