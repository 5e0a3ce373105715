import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";

/** How many descriptors are left for other uses: files, the accepting and refusing of connections. */
const SPARE = 64;
/**
 * How many are opened at the start. Whenever the kernel doubles its table of them, at 256, 512, 1,024 and so
 * on, this process stands still for an RCU grace period, 8 to 27 ms (`expand_fdtable` in Linux's `fs/file.c`).
 * The table never shrinks, so let that happen while nobody waits.
 */
const GROWN = 1_100;
/** How many connections come between two looks. */
const STEP = SPARE / 2;
/** After too few were found, for how long no connection is admitted: refusing a crowd has to be cheap. */
const PAUSE_MS = 100;

/**
 * Keeps some of the descriptors free that the system lets this process open (`ulimit -n`).
 *
 * With none left no file can be opened, and Deno accepts no connections (see `listen_again.ts`). Their number
 * is in `/proc`, which Deno denies to programs without every permission; so this opens some at the start, and
 * beyond those whenever the connections have grown by a few.
 */
export class SpareDescriptors {
  /** Fewer where the system allows few. */
  readonly #spare: number;
  /** Up to how many connections are always safe: less than {@linkcode SPARE} are in use for anything else. */
  readonly #base: number;
  /** Up to how many connections were found to be safe. */
  #safe: number;
  #pausedUntil = 0;

  constructor() {
    const found = available(GROWN);
    this.#spare = Math.min(SPARE, found >> 1);
    this.#base = this.#safe = found - 2 * this.#spare;
  }

  /** Whether there is room for a connection beside `open` others. */
  hasRoom(open: number): boolean {
    if (open < this.#safe) return true;
    const now = performance.now();
    if (now < this.#pausedUntil) return false;
    if (available(this.#spare) < this.#spare) {
      this.#pausedUntil = now + PAUSE_MS;
      return false;
    }
    this.#safe = open + Math.min(STEP, Math.max(1, this.#spare >> 1));
    return true;
  }

  /** Whether there are enough to accept connections, if only to refuse them. */
  get areLeft(): boolean {
    const enough = Math.max(1, this.#spare >> 1);
    return available(enough) === enough;
  }

  /** A connection has closed, and `open` are left; what it leaves, others may take. */
  onClosed(open: number): void {
    this.#safe = Math.min(this.#safe, Math.max(this.#base, open + STEP));
  }
}

/** How many descriptors can be opened now; no more than `wanted` are tried. */
function available(wanted: number): number {
  const held: number[] = [];
  try {
    while (held.length < wanted) held.push(openSync(devNull, "r"));
    return wanted;
  } catch (error) {
    const isShort = error instanceof Error && "code" in error &&
      (error.code === "EMFILE" || error.code === "ENFILE");
    // Any other reason, such as a missing permission, says nothing about their number.
    return isShort ? held.length : wanted;
  } finally {
    held.forEach(closeSync);
  }
}
