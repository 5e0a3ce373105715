/** A thread of this program besides that of its event loop. */
interface Thread {
  /** Whether somebody waits for it. */
  readonly isWorking: boolean;
}

/** The least time to sleep, in milliseconds: with the way there and back it becomes 0.09. */
const NAP_MS = 0.01;

const hasOneCore = navigator.hardwareConcurrency === 1;
const threads = new Set<Thread>();
const bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** From now on, and until this is disposed of, {@linkcode makeWay} is for that thread, too. */
export function makeWayFor(thread: Thread): Disposable {
  threads.add(thread);
  return { [Symbol.dispose]: () => threads.delete(thread) };
}

/**
 * Leaves the core to a thread that works, if there is only one core for all. The system lets an event loop that
 * never waits keep it for 3 ms and more at a time.
 */
export function makeWay(): void {
  if (hasOneCore && threads.values().some(({ isWorking }) => isWorking)) {
    Atomics.wait(bell, 0, 0, NAP_MS);
  }
}
