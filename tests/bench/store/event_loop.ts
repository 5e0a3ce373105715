/** How long the thread of the callers is held up while positions are stored. */
import { toFix } from "../../../rides/domain/fix.ts";
import { Feed } from "../../../rides/live/feed.ts";
import { openStorage, type Storage } from "../../../rides/storage/mod.ts";
import { watchEncoder } from "../../../rides/wire/v1/watch_encoder.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { waitedForCoreMs } from "../../support/process_facts.ts";
import { drivenPosition } from "./bodies.ts";

const CARS = 200;

const PUT_PER_MS = 150;

/** As many as streams that waited for room put in a turn. */
const MOST_AT_ONCE = 500;

/**
 * The longest time between two turns of the event loop, in milliseconds, with those who put and the feed,
 * which hears of commits, in it. The first second is for the compilers.
 */
export async function longestTurnMs(seconds: number): Promise<number> {
  await using folder = await TemporaryFolder.make();
  await using storage = await openStorage(`sqlite:${folder.path}/rides.db`);
  using _feed = await Feed.open(storage, watchEncoder);
  const warmUp = 1_000 * PUT_PER_MS;
  await putAll(storage, 0, warmUp);
  using turns = new TurnWatch();
  await putAll(storage, warmUp, warmUp + seconds * 1_000 * PUT_PER_MS);
  return turns.longestMs;
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

/**
 * Looks how late a timer of one millisecond comes, but for the time in which its thread was ready and had no
 * core: that is up to the machine, where a loop of 20 ms can take 5 of them and wait for the rest.
 */
class TurnWatch implements Disposable {
  longestMs = 0;
  #last = busyMs();
  readonly #timer = setInterval(() => {
    const now = busyMs();
    this.longestMs = Math.max(this.longestMs, now - this.#last - 1);
    this.#last = now;
  }, 1);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** A clock that stands while the thread waits for a core. */
function busyMs(): number {
  return performance.now() - waitedForCoreMs();
}
