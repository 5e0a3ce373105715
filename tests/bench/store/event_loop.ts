/** How long the thread of the callers is held up while positions are stored. */
import { toFix } from "../../../rides/domain/fix.ts";
import { openStorage } from "../../../rides/storage/mod.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { drivenPosition } from "./bodies.ts";

const CARS = 200;

/** Positions are put in turns of so many, every so often: 150,000 a second. */
const PUT_AT_ONCE = 300;
const PUT_EVERY_MS = 2;

/**
 * The longest time between two turns of the event loop, in milliseconds, with those who put and who hear
 * of commits in it. What else the machine does is in it too.
 */
export async function longestTurnMs(seconds: number): Promise<number> {
  await using folder = await TemporaryFolder.make();
  await using storage = await openStorage(`sqlite:${folder.path}/rides.db`);
  let told = 0;
  storage.onCommit(({ changes }) => told += changes.length);
  const count = seconds * 1_000 / PUT_EVERY_MS * PUT_AT_ONCE;
  using turns = new TurnWatch();
  for (let put = 0, last = performance.now(); put < count;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    // The store may take less than that; to wait for it holds nobody up.
    await storage.room;
    const now = performance.now();
    const due = Math.min(PUT_AT_ONCE * 10, Math.floor((now - last) / PUT_EVERY_MS * PUT_AT_ONCE));
    last = now;
    for (let n = 0; n < due; n++, put++) {
      storage.put(toFix(drivenPosition(BigInt(1 + put % CARS), Math.floor(put / CARS))));
    }
  }
  return turns.longestMs;
}

/** Looks how late a timer of one millisecond comes. */
class TurnWatch implements Disposable {
  longestMs = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.#last - 1);
    this.#last = now;
  }, 1);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
