import type { EncodedChange } from "../domain/commit.ts";
import { type Failure, OutOfRange, ResourceExhausted } from "../domain/failure.ts";
import type { Touched } from "./car_scope.ts";
import type { Feed } from "./feed.ts";
import type { WatcherSettings } from "./feed_settings.ts";
import { Lateness } from "./lateness.ts";
import type { LiveCommit } from "./recent_commits.ts";
import type { Cursor, ResumeTokens, Told } from "./resume_token.ts";
import type { Subject } from "./subject.ts";
import type { WatchSink } from "./watch_sink.ts";

/** How many events a watcher looks at before it gives others their turn. */
const LOOK_AT_MOST = 5_000;

/** The state of a watcher. */
type State =
  /** It has told what there is. */
  | { readonly kind: "idle" }
  /** It waits for its reader, since then. */
  | { readonly kind: "writing"; readonly sinceMs: number }
  /** It reads the journal, or has given others their turn. */
  | { readonly kind: "busy" }
  | { readonly kind: "ended" };

const IDLE: State = { kind: "idle" };
const BUSY: State = { kind: "busy" };
const ENDED: State = { kind: "ended" };

/**
 * Tells one reader what happens, at the reader's speed: one response is in flight at a time. Meanwhile the
 * watcher keeps nothing but its place in the journal, so that a slow reader costs neither memory nor time.
 */
export class Watcher {
  /** Where its feed keeps it. */
  place = -1;
  #state: State = IDLE;
  #sequence: number;
  #offset: number;
  readonly #lateness: Lateness;
  /** Whether anything was told or read: what fails before that is the resumption. */
  #hasBegun = false;
  #toldKind: Told["kind"] | undefined;
  #toldSequence = -1;
  #toldAtMs = -Infinity;

  /** @param whole whether everything that already follows `from` is to be told, with nothing left out */
  constructor(
    private readonly subject: Subject,
    private readonly tokens: ResumeTokens,
    private readonly feed: Feed,
    private readonly settings: WatcherSettings,
    private readonly sink: WatchSink,
    from: Cursor,
    whole: boolean,
  ) {
    this.#sequence = from.sequence;
    this.#offset = from.offset;
    this.#lateness = new Lateness(whole ? feed.head : from.sequence, settings.conflateAfterMs);
  }

  /** How many cars it watches by their numbers. */
  get listedCars(): number {
    return this.subject.listedCars;
  }

  get hasEnded(): boolean {
    return this.#state === ENDED;
  }

  /** Begins, with `first` before all else. */
  start(first: readonly EncodedChange[] = []): void {
    if (first.length > 0 || this.subject.told.kind === "end") this.#write(first);
    else this.advance();
  }

  /** Tells the news, if there is any and the reader has taken what it was sent. */
  advance(): void {
    if (this.#state !== IDLE) return;
    const at = this.#cursor;
    const piece = this.feed.shared.find(this.subject, at);
    if (piece && !this.#lateness.isFor(this.feed.recent(at.sequence + 1))) {
      this.#sequence = piece.next.sequence;
      this.#offset = piece.next.offset;
      return this.#send(piece.message);
    }
    this.#gather(at);
  }

  /** As `advance`, for one that has told everything before `sequence` and is not concerned by it. */
  skip(before: number, sequence: number): boolean {
    if (this.#state !== IDLE || this.#sequence !== before || this.#offset !== 0) return false;
    this.#sequence = sequence;
    return true;
  }

  mayConcern(touched: Touched): boolean {
    return this.subject.mayConcern(touched);
  }

  /** Called every now and then; returns whether there was anything to do. */
  check(nowMs: number): boolean {
    const { cutAfterMs, tokenEveryMs } = this.settings;
    if (this.#state.kind === "writing") {
      if (nowMs - this.#state.sinceMs < cutAfterMs) return false;
      this.#cut();
      return true;
    }
    if (this.#state !== IDLE || this.#sequence === this.#toldSequence) return false;
    if (nowMs - this.#toldAtMs < tokenEveryMs) return false;
    this.#write([]);
    return true;
  }

  /** Tells the reader where to go on, and ends with `failure`. */
  goodbye(failure: Failure): void {
    this.advance();
    if (this.#state === IDLE) this.#write([]);
    this.#end(failure);
  }

  /** The reader has left. */
  close(): void {
    if (this.hasEnded) return;
    this.#state = ENDED;
    this.feed.onEnd(this);
  }

  get #cursor(): Cursor {
    return { sequence: this.#sequence, offset: this.#offset };
  }

  /** Makes the next response of what there is, as far as one goes. */
  #gather(from: Cursor): void {
    const { subject, feed } = this;
    const toldAll = subject.told.kind === "cars";
    const events: EncodedChange[] = [];
    let room = this.settings.pieceBytes;
    let looks = LOOK_AT_MOST;
    let conflated = 0;
    const add = (encoded: EncodedChange) => {
      events.push(encoded);
      room -= encoded.bytes.length;
    };
    const limit = subject.told.kind === "cars up to" ? feed.head : feed.published;
    while (this.#sequence < limit && room > 0 && looks > 0 && subject.told.kind !== "end") {
      const commit = this.#next();
      if (!commit) {
        if (events.length === 0) return this.#fetch();
        break;
      }
      const isLate = this.#lateness.isFor(commit);
      while (this.#offset < commit.events.length && room > 0 && looks-- > 0) {
        const event = commit.events[this.#offset++]!;
        if (!subject.concerns(event.change)) continue;
        if (isLate && subject.isSuperseded(event.change)) conflated++;
        else add(event.encoded(feed.encoder.change));
      }
      // Or more: a token can be made up.
      if (this.#offset >= commit.events.length) this.#step();
    }
    if (conflated > 0) this.feed.onConflated(conflated);
    if (this.#sequence >= limit && room > 0) {
      for (const fix of subject.snapshot()) {
        if (fix) add(feed.encoder.change({ kind: "fix", fix }));
        if (room <= 0 || looks-- <= 0) break;
      }
    }
    if (events.length === 0 && subject.told.kind === this.#toldKind) {
      if (looks <= 0) this.#later();
      return;
    }
    const message = this.#message(events);
    if (toldAll && conflated === 0 && events.length > 0) {
      feed.shared.add(subject, from, { message, next: this.#cursor });
    }
    this.#send(message);
  }

  #step(): void {
    this.#sequence++;
    this.#offset = 0;
  }

  #next(): LiveCommit | undefined {
    const sequence = this.#sequence + 1;
    return this.feed.recent(sequence) ?? this.feed.past(sequence);
  }

  /** Reads the journal of the store, and goes on. */
  #fetch(): void {
    this.#state = BUSY;
    this.feed.read(this.#sequence, () => !this.hasEnded).then(
      () => {
        this.#hasBegun = true;
        this.#resume();
      },
      (error: Failure) => this.#end(this.#hasBegun ? tooSlow(error) : error),
    );
  }

  /** Goes on when others have had their turn. */
  #later(): void {
    if (this.hasEnded) return;
    this.#state = BUSY;
    this.settings.afterOthers(() => this.#resume());
  }

  /** Whether there is more to tell already. A thousand that told it at once would hold up everybody for a second. */
  get #isBehind(): boolean {
    return this.subject.told.kind === "cars up to" || this.#sequence < this.feed.published;
  }

  #onTaken(): void {
    if (this.#isBehind) this.#later();
    else this.#resume();
  }

  #resume(): void {
    if (this.hasEnded) return;
    this.#state = IDLE;
    this.advance();
  }

  #write(events: readonly EncodedChange[]): void {
    this.#send(this.#message(events));
  }

  #message(events: readonly EncodedChange[]): Uint8Array {
    const { subject, tokens } = this;
    return subject.message(events, tokens.encode({ cursor: this.#cursor, told: subject.told }));
  }

  #send(message: Uint8Array): void {
    const nowMs = performance.now();
    this.#hasBegun = true;
    this.#toldKind = this.subject.told.kind;
    this.#toldSequence = this.#sequence;
    this.#toldAtMs = nowMs;
    this.#state = { kind: "writing", sinceMs: nowMs };
    this.sink.write(message, () => this.#onTaken());
    if (this.#toldKind === "end") this.#end();
  }

  #end(failure?: Failure): void {
    if (this.hasEnded) return;
    this.close();
    this.sink.end(failure);
  }

  #cut(): void {
    this.feed.onCut();
    this.close();
    const seconds = this.settings.cutAfterMs / 1_000;
    this.sink.cut(
      new ResourceExhausted(
        `the reader has taken nothing for ${seconds} s: read faster, or watch less; ` +
          "the watch can be resumed by its resume_token",
      ),
    );
  }
}

function tooSlow(error: Failure): Failure {
  if (!(error instanceof OutOfRange)) return error;
  return new ResourceExhausted(
    "the reader is slower than what it watches, and the journal no longer keeps what waits for it: " +
      "watch less, or anew without a resume_token",
  );
}
