/** How long the thread of the callers is held up while positions are stored. */
import { toFix } from "../../../rides/domain/fix.ts";
import { Feed } from "../../../rides/live/feed.ts";
import { openStorage, type Storage } from "../../../rides/storage/mod.ts";
import { watchEncoder } from "../../../rides/wire/v1/watch_encoder.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { threadTimes } from "../../support/process_facts.ts";
import { drivenPosition } from "./bodies.ts";

const CARS = 200;

const PUT_PER_MS = 150;

/** As many as streams that waited for room put in a turn. */
const MOST_AT_ONCE = 500;

/** The longest of many turns of an event loop. */
export interface LongestTurns {
  /** From one to the next, but for the time in which the thread was ready to run and had no core. */
  readonly turnMs: number;
  /** How long the thread ran in one. */
  readonly ranMs: number;
}

/**
 * The longest turns of the event loop while positions are stored, with those who put, the feed, which hears
 * of commits, and collections of garbage in them; and as many seconds without any of that, since a host that
 * takes cores away and is slow to give them back makes turns long in which nothing is done. The first second
 * is for the compilers.
 */
export async function longestTurns(
  seconds: number,
): Promise<{ readonly storing: LongestTurns; readonly idle: LongestTurns }> {
  await using folder = await TemporaryFolder.make();
  await using storage = await openStorage(`sqlite:${folder.path}/rides.db`);
  using _feed = await Feed.open(storage, watchEncoder);
  const warmUp = 1_000 * PUT_PER_MS;
  await putAll(storage, 0, warmUp);
  const storing = await watchTurns(putAll(storage, warmUp, warmUp + seconds * 1_000 * PUT_PER_MS));
  const idle = await watchTurns(new Promise((resolve) => setTimeout(resolve, seconds * 1_000)));
  return { storing, idle };
}

async function putAll(storage: Storage, from: number, to: number): Promise<void> {
  for (let put = from, last = performance.now(); put < to;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    // The store may take less than that; to wait for it holds nobody up.
    await storage.room;
    const now = performance.now();
    const due = Math.min(MOST_AT_ONCE, Math.floor((now - last) * PUT_PER_MS));
    last = now;
    for (let n = 0; n < due; n++, put++) {
      storage.put(toFix(drivenPosition(BigInt(1 + put % CARS), Math.floor(put / CARS))));
    }
  }
}

/** Looks, by a timer of a millisecond, how long turns take until `end`. */
async function watchTurns(end: Promise<void>): Promise<LongestTurns> {
  let [turnMs, ranMs] = [0, 0];
  let last = clocks();
  const timer = setInterval(() => {
    const now = clocks();
    turnMs = Math.max(turnMs, now.busyMs - last.busyMs - 1);
    ranMs = Math.max(ranMs, now.ranMs - last.ranMs);
    last = now;
  }, 1);
  try {
    await end;
  } finally {
    clearInterval(timer);
  }
  return { turnMs, ranMs };
}

/** `busyMs` stands while the thread waits for a core, where a loop of 20 ms can take 5 of them. */
function clocks() {
  const { ranMs, waitedMs } = threadTimes();
  return { ranMs, busyMs: performance.now() - waitedMs };
}
