import type { Commit, EncodedChange } from "../domain/commit.ts";
import { OutOfRange, Unavailable } from "../domain/failure.ts";
import type { StoredFix } from "../domain/fix.ts";
import { type FeedObserver, unobservedFeed } from "../domain/observers.ts";
import type { Ride } from "../domain/ride.ts";
import { CarIndex } from "./car_index.ts";
import type { CarScope, Touched } from "./car_scope.ts";
import { CarWatch } from "./car_watch.ts";
import type { WatchEncoder } from "./watch_encoder.ts";
import { FEED_DEFAULTS, type FeedSettings } from "./feed_settings.ts";
import { JournalPieces } from "./journal_pieces.ts";
import { type LiveCommit, RecentCommits, toLive } from "./recent_commits.ts";
import { type Cursor, ResumeTokens } from "./resume_token.ts";
import { rideKey, RideWatch } from "./ride_watch.ts";
import { SharedPieces } from "./shared_pieces.ts";
import type { Subject } from "./subject.ts";
import type { WatchSink } from "./watch_sink.ts";
import { Watcher } from "./watcher.ts";
import { Watchers } from "./watchers.ts";

/** What a feed needs of a store; see `Storage` for what each of these promises. */
export interface FeedStore {
  readonly id: string;
  readonly lastSequence: number;
  onCommit(listener: (commit: Commit) => void): void;
  journal(after: number): Promise<readonly Commit[]>;
  latestFixes(): AsyncIterable<readonly StoredFix[]>;
  getRide(id: string): Promise<Ride>;
}

/** How often watchers are looked after. */
const CHECK_MS = 1_000;

/** How many watchers are told before all others have their turn: half a millisecond's work. */
const TOLD_AT_ONCE = 50;

/**
 * Where cars are, and what happens to them and to rides, for watchers.
 *
 * Commits of the store come in here, go into the index and, every few milliseconds, out to the watchers; each
 * of these is a place in the journal and little else (see {@linkcode Watcher}).
 */
export class Feed implements Disposable {
  readonly index = new CarIndex();
  readonly shared = new SharedPieces();
  /** The last commit there is. */
  head: number;
  /** The last commit that watchers are told; the others follow in a moment. */
  published: number;
  readonly #recent: RecentCommits;
  readonly #watchers: Watchers;
  readonly #journal: JournalPieces;
  /** What began, or will begin, to tell the watchers news; undefined when all of them know. */
  #publishing: ReturnType<typeof setTimeout> | undefined;
  #publishedAtMs = -Infinity;
  #checking: ReturnType<typeof setInterval> | undefined;
  #isOpen = true;
  #farewell: Unavailable | undefined;

  private constructor(
    private readonly store: FeedStore,
    readonly encoder: WatchEncoder,
    private readonly settings: FeedSettings,
    private readonly observer: FeedObserver,
  ) {
    this.head = this.published = store.lastSequence;
    this.#recent = new RecentCommits(settings.recentBytes, this.head + 1);
    this.#watchers = new Watchers(settings.maxListedCars);
    this.#journal = new JournalPieces(store, settings.afterOthers);
    store.onCommit((commit) => this.#take(commit));
  }

  /** Opens a feed of a store: loads where the cars are, and takes every commit from now on. */
  static async open(
    store: FeedStore,
    encoder: WatchEncoder,
    settings: Partial<FeedSettings> = {},
    observer: FeedObserver = unobservedFeed,
  ): Promise<Feed> {
    const feed = new Feed(store, encoder, { ...FEED_DEFAULTS, ...settings }, observer);
    for await (const fixes of store.latestFixes()) for (const fix of fixes) feed.index.put(fix);
    return feed;
  }

  /**
   * Watches cars.
   *
   * @param resumeToken empty: from now on, with the cars as they are
   * @throws {InvalidArgument} if the token is none, or of another watch
   * @throws {OutOfRange} if it is of another store, or of what has not happened
   * @throws {ResourceExhausted} if all watches together name too many cars
   * @throws {Unavailable} after {@linkcode goodbye}
   */
  watchCars(scope: CarScope, resumeToken: string, sink: WatchSink): Watcher {
    const { index, encoder } = this;
    if (resumeToken === "") {
      const subject = new CarWatch(scope, index, encoder);
      return this.#watch(subject, sink, this.#now, false);
    }
    const key = new CarWatch(scope, index, encoder).key;
    const { cursor, told } = this.#resume(key, resumeToken);
    return this.#watch(new CarWatch(scope, index, encoder, told), sink, cursor, true);
  }

  /**
   * Watches a ride, up to its end. After what it throws as {@linkcode watchCars} does:
   *
   * @throws {NotFound} if there is no such ride
   */
  async watchRide(id: string, resumeToken: string, sink: WatchSink): Promise<Watcher> {
    const { index, encoder } = this;
    const point = resumeToken === "" ? undefined : this.#resume(rideKey(id), resumeToken);
    // Changes from here on that the ride holds already are known by its revision.
    const from = point?.cursor ?? this.#now;
    const ride = await this.store.getRide(id);
    const subject = new RideWatch(ride, index, encoder, point?.told);
    const first = point ? [] : [encoder.change({ kind: "ride", ride })];
    return this.#watch(subject, sink, from, point !== undefined, first);
  }

  /** Tells every watcher where to continue, and ends it with UNAVAILABLE; new ones, too. */
  goodbye(): void {
    this.#farewell = new Unavailable(
      "the server is shutting down; the watch can be resumed by its resume_token",
    );
    this.published = this.head;
    // What was made for a round that is under way ends before that.
    this.shared.clear();
    for (const watcher of this.#watchers) watcher.goodbye(this.#farewell);
  }

  /** Takes no more commits, and leaves its watchers where they are. */
  [Symbol.dispose](): void {
    this.#isOpen = false;
    for (const watcher of this.#watchers) watcher.close();
    clearTimeout(this.#publishing);
  }

  /** A commit, if it is still in memory since it came. */
  recent(sequence: number): LiveCommit | undefined {
    return this.#recent.get(sequence);
  }

  /** A commit, if it is among those that were last read from the store; see {@linkcode read}. */
  past(sequence: number): LiveCommit | undefined {
    return this.#journal.get(sequence);
  }

  /** Reads commits behind `after` from the store, if they are still wanted then; see `Storage.journal`. */
  read(after: number, isWanted: () => boolean): Promise<void> {
    return this.#journal.read(after, isWanted);
  }

  get #now(): Cursor {
    return { sequence: this.head, offset: 0 };
  }

  #resume(key: string, token: string) {
    const point = new ResumeTokens(this.store.id, key).decode(token);
    if (point.cursor.sequence > this.head) {
      throw new OutOfRange(
        "resume_token: of what this store does not know; watch anew, without it",
      );
    }
    return point;
  }

  #watch(
    subject: Subject,
    sink: WatchSink,
    from: Cursor,
    whole: boolean,
    first: readonly EncodedChange[] = [],
  ): Watcher {
    if (this.#farewell) throw this.#farewell;
    const tokens = new ResumeTokens(this.store.id, subject.key);
    const watcher = new Watcher(subject, tokens, this, this.settings, sink, from, whole);
    this.#watchers.add(watcher);
    this.observer.onWatchers(this.#watchers.size);
    this.#checking ??= setInterval(() => this.#check(), CHECK_MS);
    watcher.start(first);
    return watcher;
  }

  /** A watcher has ended, for whatever reason. Called once for each. */
  onEnd(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.observer.onWatchers(this.#watchers.size);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#checking);
    this.#checking = undefined;
    this.#journal.clear();
    this.#recent.clear();
  }

  /** A watcher has left out so many events, for newer ones. */
  onConflated(events: number): void {
    this.observer.onConflated(events);
  }

  /** A watcher has cut its reader. */
  onCut(): void {
    this.observer.onCut();
  }

  #check(): void {
    const nowMs = performance.now();
    this.#inTurns((watcher) => watcher.check(nowMs));
  }

  #take(commit: Commit): void {
    if (!this.#isOpen) return;
    for (const fix of commit.latest) this.index.put(fix);
    this.head = commit.sequence;
    if (this.#watchers.size === 0) {
      // Events kept for nobody would outlive the young generation, and collecting them would hold up every
      // call. Whoever comes back for them reads the store's journal.
      this.published = this.head;
      return;
    }
    const nowMs = performance.now();
    this.#recent.add(toLive(commit, nowMs));
    if (this.#publishing === undefined) this.#publishSoon(nowMs);
  }

  #publishSoon(nowMs: number): void {
    const waitMs = Math.max(0, this.#publishedAtMs + this.settings.gatherMs - nowMs);
    this.#publishing = setTimeout(() => this.#publish(), waitMs);
  }

  #publish(): void {
    const before = this.published;
    this.published = this.head;
    this.shared.clear();
    const touched = this.#touched(before, this.published);
    const tell = (watcher: Watcher) => {
      const isConcerned = !touched || watcher.mayConcern(touched);
      if (!isConcerned && watcher.skip(before, this.published)) return false;
      watcher.advance();
      return true;
    };
    this.#inTurns(tell, () => {
      this.#publishing = undefined;
      this.#publishedAtMs = performance.now();
      if (this.head > this.published) this.#publishSoon(this.#publishedAtMs);
    });
  }

  /** Goes through the watchers; `tell` returns whether it took its time for one. */
  #inTurns(
    tell: (watcher: Watcher) => boolean,
    onEnd: () => void = () => {},
    watchers: Iterable<Watcher> = [...this.#watchers].values(),
  ): void {
    let told = 0;
    for (const watcher of watchers) {
      if (!tell(watcher) || ++told < TOLD_AT_ONCE) continue;
      return this.settings.afterOthers(() => this.#inTurns(tell, onEnd, watchers));
    }
    onEnd();
  }

  /** What has changed; undefined if some of it is not in memory any more. */
  #touched(after: number, to: number): Touched | undefined {
    if (after + 1 < this.#recent.oldest) return undefined;
    const cars = new Set<bigint>();
    const rides = new Set<string>();
    for (let sequence = after + 1; sequence <= to; sequence++) {
      for (const { change } of this.#recent.get(sequence)?.events ?? []) {
        if (change.carId !== 0n) cars.add(change.carId);
        if (change.kind === "ride") rides.add(change.ride.id);
      }
    }
    return { cars, rides };
  }
}
