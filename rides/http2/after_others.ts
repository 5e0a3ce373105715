import { setImmediate } from "node:timers";
import { Fifo } from "./fifo.ts";
import { currentTurn, TURN_MS } from "./turn.ts";
import { makeWay } from "./make_way.ts";

/**
 * How many immediates let Deno look at the other sockets. It first finishes what is at hand, and asks
 * the system for news only every 61 steps of its event loop (tokio's `event_interval`); an immediate is
 * one step. All of them take 0.2 ms; a timer, the other way to wait, takes 2 ms.
 */
const STEPS = 64;

/** Something that waits until the others have had their turn. */
interface Waiting {
  /** Undefined once it is called off. */
  resume: (() => void) | undefined;
}

/** All of it, in the order in which it came. */
const queue = new Fifo<Waiting>();
/** What comes before the queue. */
const first = new Fifo<Waiting>();
let stepsLeft = 0;
/** How many of `first` have their turn before the others are due again. */
let firstLeft = 0;
/** How long the queue may still go on, in milliseconds. */
let leftMs = 0;
/** Whether none of the queue has had its turn yet. */
let isDue = false;
let resumedAt = 0;

let timedTurn = -1;
let turnEndsAt = 0;

/**
 * Calls `resume` once the other sockets and timers have had their turn, and everything that was queued
 * before has been resumed.
 *
 * Each of the queue gets a turn, but all of them together no more than {@link TURN_MS} before the others
 * are due again: a hundred busy connections would otherwise take a hundred times as long as one. Letting
 * the others go first after each that has little to do would spend most of the time on waiting, and the
 * queue would grow for ever.
 *
 * @returns what calls it off
 */
export function afterOthers(resume: () => void): () => void {
  return wait(queue, resume);
}

/**
 * The same for what ends something that others have begun: it comes before the queue, which would otherwise begin
 * more than is ended. Of the queue, one at least has its turn all the same.
 */
export function firstAfterOthers(resume: () => void): void {
  wait(first, resume);
}

function wait(among: Fifo<Waiting>, resume: () => void): () => void {
  const waiting: Waiting = { resume };
  among.push(waiting);
  if (count() === 1) letOthersGo();
  return () => {
    waiting.resume = undefined;
  };
}

function count(): number {
  return first.length + queue.length;
}

/** Whether the queue is empty and this turn of the event loop has lasted less than {@link TURN_MS}. */
export function hasTime(): boolean {
  if (count() > 0) return false;
  const turn = currentTurn();
  const now = performance.now();
  if (timedTurn !== turn) {
    timedTurn = turn;
    turnEndsAt = now + TURN_MS;
  }
  return now < turnEndsAt;
}

function letOthersGo(): void {
  makeWay();
  stepsLeft = STEPS;
  setImmediate(step);
}

function step(): void {
  if (stepsLeft-- > 0) return void setImmediate(step);
  leftMs = TURN_MS;
  firstLeft = first.length;
  isDue = queue.length > 0;
  resumeNext();
}

function resumeNext(): void {
  const isFirst = firstLeft > 0;
  if (isFirst) firstLeft--;
  else isDue = false;
  const { resume } = (isFirst ? first : queue).shift()!;
  if (count() > 0) setImmediate(goOn);
  resumedAt = performance.now();
  resume?.();
}

/** Much of what was resumed is done in ticks and promises, which come before any immediate. */
function goOn(): void {
  leftMs -= performance.now() - resumedAt;
  if (firstLeft > 0 || isDue || (leftMs > 0 && queue.length > 0)) resumeNext();
  else letOthersGo();
}
