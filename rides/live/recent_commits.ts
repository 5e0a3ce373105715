import type { Change, Commit, EncodedChange, PlacedChange } from "../domain/commit.ts";

/** One change on its way to whoever watches. */
export class LiveEvent {
  #encoded: EncodedChange | undefined;

  constructor(readonly change: PlacedChange) {}

  /** As a message: made when the first watcher needs it, and for all of them. */
  encoded(encode: (change: Change) => EncodedChange): EncodedChange {
    return this.#encoded ??= encode(this.change);
  }
}

/** A commit on its way to whoever watches. */
export interface LiveCommit {
  readonly sequence: number;
  readonly events: readonly LiveEvent[];
  /** When it came, on the clock of `performance.now()`; -Infinity if before this process. */
  readonly atMs: number;
}

/** @param atMs when it came, on the clock of `performance.now()` */
export function toLive({ sequence, changes }: Commit, atMs: number): LiveCommit {
  return { sequence, events: changes.map((change) => new LiveEvent(change)), atMs };
}

/** What an event takes here with its encoding, about: of a fix, and of a ride without its passengers. */
const FIX_BYTES = 600;
const RIDE_BYTES = 1_200;

/**
 * The last commits, for all watchers together: what a reader that is not too far behind is served from.
 * Bounded in bytes, the oldest go first.
 */
export class RecentCommits {
  /** Those that have gone are undefined, until there are many of them. */
  #commits: (LiveCommit | undefined)[] = [];
  #sizes: number[] = [];
  /** How many have gone. */
  #head = 0;
  #bytes = 0;

  /** @param firstSequence of the first commit that will come */
  constructor(private readonly maxBytes: number, private firstSequence: number) {}

  /** The sequence of the oldest commit here; of the next one, where there is none. */
  get oldest(): number {
    return this.firstSequence;
  }

  add(commit: LiveCommit): void {
    // Sequences are left out where nobody watched meanwhile, and by a store that was put back from an
    // older copy. Who stands before them finds what there is in the journal.
    if (commit.sequence !== this.firstSequence + this.#commits.length - this.#head) {
      this.clear();
      this.firstSequence = commit.sequence;
    }
    const size = sizeOf(commit);
    this.#commits.push(commit);
    this.#sizes.push(size);
    this.#bytes += size;
    // The newest stays, however large: it is what everybody waits for.
    while (this.#bytes > this.maxBytes && this.#commits.length - this.#head > 1) {
      this.#bytes -= this.#sizes[this.#head]!;
      this.#commits[this.#head++] = undefined;
      this.firstSequence++;
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#commits.length) {
      this.#commits = this.#commits.slice(this.#head);
      this.#sizes = this.#sizes.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Lets all of them go. */
  clear(): void {
    this.firstSequence += this.#commits.length - this.#head;
    this.#commits = [];
    this.#sizes = [];
    this.#head = this.#bytes = 0;
  }

  /** The commit of that sequence; none if it has gone, or has not come. */
  get(sequence: number): LiveCommit | undefined {
    const at = sequence - this.firstSequence;
    return at < 0 ? undefined : this.#commits[this.#head + at];
  }
}

function sizeOf({ events }: LiveCommit): number {
  return events.reduce((sum, { change }) => {
    if (change.kind === "fix") return sum + FIX_BYTES;
    return sum + change.ride.passengersIds.reduce((sum, id) => sum + id.length, RIDE_BYTES);
  }, 0);
}
