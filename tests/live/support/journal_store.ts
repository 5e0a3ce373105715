import type { Change, Commit, PlacedChange } from "../../../rides/domain/commit.ts";
import { NotFound, OutOfRange } from "../../../rides/domain/failure.ts";
import type { StoredFix } from "../../../rides/domain/fix.ts";
import type { Ride } from "../../../rides/domain/ride.ts";
import type { FeedStore } from "../../../rides/live/feed.ts";

/** How many commits a piece of the journal has, so that even short ones come in several. */
const PIECE = 3;

/** As much of a store as a feed needs, in memory; what it holds is known to a test, change by change. */
export class JournalStore implements FeedStore {
  readonly id = crypto.randomUUID();
  readonly commits: Commit[] = [];
  readonly latest = new Map<bigint, StoredFix>();
  readonly rides = new Map<string, Ride>();
  /** Commits before it are forgotten. */
  oldest = 1;
  #listeners: ((commit: Commit) => void)[] = [];

  get lastSequence(): number {
    return this.commits.at(-1)?.sequence ?? 0;
  }

  /** Every change, in order, with the sequence of its commit. */
  get history(): readonly { readonly sequence: number; readonly change: PlacedChange }[] {
    return this.commits.flatMap(({ sequence, changes }) =>
      changes.map((change) => ({ sequence, change }))
    );
  }

  onCommit(listener: (commit: Commit) => void): void {
    this.#listeners.push(listener);
  }

  /** As if the process were another one. */
  restart(): void {
    this.#listeners = [];
  }

  /**
   * Takes changes one by one: each may depend on what those before it have done.
   *
   * @param skipped so many sequences are left out, as by a store that was put back from a copy
   */
  commit(changes: Iterable<Change>, skipped = 0): void {
    const placed: PlacedChange[] = [];
    for (const change of changes) placed.push(this.#place(change));
    const latest = placed.flatMap((change) => change.kind === "fix" ? [change.fix] : []);
    const commit = { sequence: this.lastSequence + 1 + skipped, changes: placed, latest };
    if (skipped > 0) this.oldest = commit.sequence;
    this.commits.push(commit);
    for (const listener of this.#listeners) listener(commit);
  }

  async journal(after: number): Promise<readonly Commit[]> {
    await Promise.resolve();
    if (after + 1 < this.oldest) throw new OutOfRange("it is no longer kept");
    return this.commits.filter(({ sequence }) => sequence > after).slice(0, PIECE);
  }

  async *latestFixes(): AsyncGenerator<readonly StoredFix[]> {
    await Promise.resolve();
    yield [...this.latest.values()];
  }

  async getRide(id: string): Promise<Ride> {
    await Promise.resolve();
    const ride = this.rides.get(id);
    if (!ride) throw new NotFound(`rides/${id}: there is no such ride`);
    return ride;
  }

  #place(change: Change): PlacedChange {
    if (change.kind === "fix") {
      const { carId } = change.fix;
      const before = this.latest.get(carId);
      this.latest.set(carId, change.fix);
      return { ...change, carId, before };
    }
    const { ride } = change;
    const carId = ride.carId || (this.rides.get(ride.id)?.carId ?? 0n);
    this.rides.set(ride.id, ride);
    return { ...change, carId, before: this.latest.get(carId) };
  }
}
