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

/** How many turns of {@link TURN_MS} those who wait have together, at most, between two turns of the others. */
const MOST_TURNS = 4;

let turn = 0;
let timedTurn = -1;
let turnEndsAt = 0;
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
/** What is left of the turns of those who wait, in milliseconds; what they do in promises does not count. */
let leftMs = 0;

/**
 * Calls `resume` when the other sockets and timers have had their turn, and whoever asked for it before has
 * gone on, one a step. Between two turns of the others they have a turn each, but {@link MOST_TURNS} at most
 * together: a hundred that keep the server busy would otherwise take a hundred times as long as one. With
 * a wait after every one of them most of the time would be spent on waiting, and the row would grow for
 * ever. The result calls it off.
 */
export function afterOthers(resume: () => void): () => void {
  waiting.push(resume);
  if (waiting.length === 1) letOthersGo();
  return () => {
    const at = waiting.indexOf(resume);
    // The first one keeps its place, since the steps are for it.
    if (at === 0) waiting[0] = () => {};
    else if (at > 0) waiting.splice(at, 1);
  };
}

/** The same, but at once as long as this turn of the event loop has time for it and nobody waits. */
export function inTurn(action: () => void): void {
  if (hasTime()) action();
  else afterOthers(action);
}

/** Whether nobody waits, and this turn of the event loop is not over by {@link TURN_MS}. */
export function hasTime(): boolean {
  if (waiting.length > 0) return false;
  const now = performance.now();
  if (timedTurn !== currentTurn()) {
    timedTurn = turn;
    turnEndsAt = now + TURN_MS;
  }
  return now < turnEndsAt;
}

function letOthersGo(): void {
  stepsLeft = STEPS;
  setImmediate(step);
}

function step(): void {
  if (stepsLeft-- > 0) return void setImmediate(step);
  leftMs = TURN_MS * Math.min(waiting.length, MOST_TURNS);
  goOn();
}

function goOn(): void {
  const resume = waiting.shift()!;
  if (waiting.length > 0) setImmediate(() => leftMs > 0 ? goOn() : letOthersGo());
  const startedAt = performance.now();
  resume();
  leftMs -= performance.now() - startedAt;
}
