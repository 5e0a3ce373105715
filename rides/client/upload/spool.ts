import type { Buffer } from "node:buffer";
import type { Position } from "../../domain/position.ts";
import { decodeBatch, encodeBatch } from "./batch.ts";
import { Bell } from "./bell.ts";
import { encodeFrame, FRAME_HEAD } from "./frame.ts";
import { type Gap, type OpenedSpool, openSpool } from "./open_spool.ts";
import type { RefusedLine, Run } from "./position_blocks.ts";
import { putAside } from "./put_aside.ts";
import { NO_SOURCE, type SourceMark } from "./source_mark.ts";
import type { SpoolFile } from "./spool_file.ts";
import { HEAD_LENGTH, type SpoolHead } from "./spool_head.ts";

/** A frame that was sent and is not yet known to be stored. */
interface Sent {
  readonly start: number;
  readonly first: number;
  readonly last: number;
  readonly line: number;
}

/** How many requests may be in flight; the rest waits in the file. */
const MAX_SENT = 1_000;

/** Stored frames are removed once there are this many bytes and nothing waits. */
const CLEAR_BYTES = 1024 * 1024;

/**
 * Positions on their way to the server, in a file: what was appended survives a crash of the process at once,
 * and of the machine after {@linkcode Spool.sync}. One sequence in the head of the file says what is stored;
 * if the head is lost or old, positions are merely sent again, which stores nothing twice.
 *
 * Only what is sent and not acknowledged is held in memory: a few numbers per request.
 */
export class Spool implements Disposable {
  readonly #file: SpoolFile;
  readonly #changed = new Bell();
  readonly #gaps: readonly Gap[];
  /** How many lines were put aside as it was opened, since what held them was damaged. */
  readonly damaged: number;
  /** The first sequence that this process assigned. */
  readonly #firstOwn: number;
  #committed: number;
  #synced: number;
  #source: SourceMark;
  #last: number;
  /** Where the next frame to send begins. */
  #next: number;
  #sent: Sent[] = [];
  /** Counts the streams, so that a leftover of one takes nothing from the next. */
  #stream = 0;
  /** Counts how often frames were cleared away. */
  #cleared = 0;
  #complete = false;
  #lines = 0;
  #syncedLines = 0;
  #storedLines = 0;

  private constructor({ file, head, next, last, gaps, damaged, source }: OpenedSpool) {
    this.#file = file;
    this.#gaps = gaps;
    this.damaged = damaged;
    this.#committed = head.committed;
    this.#synced = Math.min(head.synced, file.end);
    this.#source = source;
    this.#firstOwn = last + 1;
    this.#last = last;
    this.#next = next;
  }

  /** @throws {SpoolError} if the file cannot be used, and what the system says where it cannot be opened */
  static async open(path: string): Promise<Spool> {
    return new Spool(await openSpool(path));
  }

  get path(): string {
    return this.#file.path;
  }

  /** Up to this sequence every position is stored, or was refused. */
  get committed(): number {
    return this.#committed;
  }

  /** How many positions are not stored yet. */
  get waiting(): number {
    return this.#count(this.#committed, this.#last);
  }

  /** How many positions are stored, or were refused, of those behind an earlier {@linkcode committed}. */
  committedSince(before: number): number {
    return this.#count(before, this.#committed);
  }

  /** How many positions there are behind one sequence up to another, neither of which is in a gap. */
  #count(behind: number, upTo: number): number {
    return this.#gaps
      .filter(({ first, last }) => behind < first && last <= upTo)
      .reduce((count, { first, last }) => count - (last - first + 1), upTo - behind);
  }

  /** How large the file is. */
  get bytes(): number {
    return this.#file.end;
  }

  /** How many bytes of it are not known to be stored. */
  get waitingBytes(): number {
    return this.#file.end - (this.#sent[0]?.start ?? this.#next);
  }

  /** How far an input was taken over, of which not everything was stored when an upload ended. */
  get source(): SourceMark {
    return this.#source;
  }

  /** So many lines of the input are on the disk for certain, or stored, or were refused. */
  get syncedLines(): number {
    return Math.max(this.#syncedLines, this.#storedLines);
  }

  /** So many lines of the input are stored, or were refused. */
  get storedLines(): number {
    return this.#storedLines;
  }

  /** Resolves when something has changed. */
  get changed(): Promise<void> {
    return this.#changed.rung;
  }

  /** Takes over positions, and how far the input has been taken over with them. All of them, or none. */
  append(runs: readonly Run[], source: SourceMark): void {
    let first = this.#last + 1;
    const frames = runs.map(({ line, positions }, index) => {
      const request = encodeBatch(first, positions);
      // The mark goes with the last, so that a torn end is read from the input again.
      const mark = index === runs.length - 1 ? source : this.#source;
      const frame = encodeFrame({ first, count: positions.length, line, source: mark, request });
      first += positions.length;
      return frame;
    });
    this.#file.append(frames);
    [this.#last, this.#source] = [first - 1, source];
    this.#lines = source.lines;
    if (this.waiting === 0) this.#storedLines = this.#lines;
    this.#changed.ring();
  }

  /** Where lines are put that are not sent again. */
  get asidePath(): string {
    return `${this.path}.rejected`;
  }

  /**
   * Puts lines aside, each with the reason.
   *
   * @throws {AsideError} if that will not work later either, and what the system says if it may
   */
  putAside(lines: readonly RefusedLine[]): void {
    putAside(this.asidePath, lines);
  }

  /** Nothing more is appended: the requests have an end. */
  complete(): void {
    this.#complete = true;
    this.#changed.ring();
  }

  /** Whether nothing more is appended, and all is stored. */
  get done(): boolean {
    return this.#complete && this.waiting === 0;
  }

  /**
   * The requests of a new stream: what is not stored, in its order, as it comes, until the spool is
   * complete. What an earlier stream has sent and was not acknowledged is sent again.
   */
  async *requests(): AsyncGenerator<Buffer> {
    const stream = ++this.#stream;
    this.#next = this.#sent[0]?.start ?? this.#next;
    this.#sent = [];
    for (;;) {
      if (this.#next < this.#file.end && this.#sent.length < MAX_SENT) {
        const request = this.#take();
        if (request) yield request;
      } else if (this.#complete && this.#next === this.#file.end) return;
      else await this.#changed.rung;
      if (stream !== this.#stream) return;
    }
  }

  /** The next request; none where it was damaged. */
  #take(): Buffer | undefined {
    const start = this.#next;
    const { first, count, line, request } = this.#file.read(start);
    this.#next = start + FRAME_HEAD + request.length;
    if (count === 0) return undefined;
    this.#sent.push({ start, first, last: first + count - 1, line });
    const stored = this.#committed - first + 1;
    if (stored <= 0) return request;
    return encodeBatch(this.#committed + 1, decodeBatch(request).slice(stored));
  }

  /** Every position up to that sequence is stored. */
  acknowledge(sequence: number): void {
    const committed = Math.min(sequence, this.#last);
    if (committed <= this.#committed) return;
    this.#committed = committed;
    const newest = this.#sentWith(committed);
    // What an earlier process left has the lines of its own input.
    if (newest && newest.first >= this.#firstOwn) {
      this.#storedLines = newest.line + committed - newest.first;
    }
    this.#sent = this.#sent.filter(({ last }) => last > committed);
    if (this.waiting === 0) {
      this.#storedLines = this.#lines;
      if (this.#file.end >= CLEAR_BYTES) this.#clear();
    }
    this.#file.writeHead(this.#head);
    this.#changed.ring();
  }

  #sentWith(sequence: number): Sent | undefined {
    return this.#sent.find(({ first, last }) => first <= sequence && sequence <= last);
  }

  /**
   * The position of that sequence, if it was sent and is not stored, with the number of its line, which
   * may be one of an earlier input.
   */
  sent(sequence: number): { readonly position: Position; readonly line: number } | undefined {
    const sent = this.#sentWith(sequence);
    if (!sent || sequence <= this.#committed) return undefined;
    const { first, line, request } = this.#file.read(sent.start);
    const position = decodeBatch(request)[sequence - first];
    return position && { position, line: line + sequence - first };
  }

  /** Whether something was sent that is not known to be stored. */
  get isUnacknowledged(): boolean {
    return this.#sent.length > 0;
  }

  /** Syncs what was appended to disk, unless the server has already stored it. */
  async sync(): Promise<void> {
    const [end, lines, cleared] = [this.#file.end, this.#lines, this.#cleared];
    if (this.waiting === 0 || this.#synced >= end) return;
    await this.#file.sync();
    if (cleared !== this.#cleared) return;
    [this.#synced, this.#syncedLines] = [end, lines];
    this.#file.writeHead(this.#head);
    this.#changed.ring();
  }

  /** The whole input is stored: the next upload of the same file begins at its start. */
  finish(): void {
    this.#source = NO_SOURCE;
    this.#clear();
    this.#file.writeHead(this.#head);
  }

  /** Frees the room that stored positions take, if nothing waits; returns whether there was any. */
  makeRoom(): boolean {
    return this.waiting === 0 && this.#file.end > HEAD_LENGTH && this.#clear();
  }

  #clear(): boolean {
    this.#synced = HEAD_LENGTH;
    if (!this.#file.clear(this.#head)) return false;
    [this.#next, this.#sent] = [HEAD_LENGTH, []];
    this.#cleared++;
    return true;
  }

  get #head(): SpoolHead {
    return { committed: this.#committed, synced: this.#synced, source: this.#source };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
