import type { Buffer } from "node:buffer";
import { afterOthers } from "./after_others.ts";
import type { FrameReader } from "./frame_reader.ts";
import { currentTurn } from "./turn.ts";

/** What reading asks of its session. */
export interface ReadingEvents {
  /** Called when everything that had come is read, or the turn is over. */
  onRead(): void;
  /** The connection cannot go on (RFC 9113, 5.4.1), or this server is at fault. */
  fail(error: unknown): void;
  /** Whether so much waits to be sent to the peer that nothing more is to be read from it. */
  hasBacklog(): boolean;
  /** Reading has paused because of a backlog; `resume` continues it. */
  onBacklog(): void;
  /** Whether what has come is to wait until the others have had their turn. */
  isToWait(): boolean;
}

/**
 * How much is still read, and dropped, after the end: closing a socket with unread bytes resets the
 * connection, and the peer would never see the GOAWAY.
 */
const MAX_DISCARDED_BYTES = 1_048_576;

/**
 * So many frames a turn has at least, which are a few calls: whoever says little shall not have to queue behind
 * those who say much because a garbage collection fell into its turn.
 */
export const LEAST_FRAMES = 10;

/**
 * Reads a connection by turns. Deno reads a socket for as long as there are bytes, so a peer that sends
 * without a pause would have the server for itself.
 */
export class TurnReader {
  /** True while frames are handled: more of them may follow at once. */
  isReading = false;

  private isPaused = false;
  private hasStopped = false;
  private discarded = 0;
  private turn = -1;
  private turnEndsAt = 0;
  /** The number of the last frame that the turn has at least. */
  private leastFrame = 0;
  /** What has come and is to be read next; little, since the transport is paused meanwhile. */
  private readonly unread: Buffer[] = [];
  /** Set while others have their turn; calls off the next one of this connection. */
  private callOffTurn: (() => void) | undefined;

  constructor(
    private readonly frames: FrameReader,
    private readonly transport: { pause(): void; resume(): void },
    private readonly events: ReadingEvents,
    private readonly turnMs: number,
  ) {}

  /** Takes what has come; never throws. */
  take(chunk: Buffer): void {
    if (this.hasStopped) return this.discard(chunk);
    const mayRead = this.callOffTurn === undefined;
    if (mayRead && !this.events.isToWait()) return this.read(chunk);
    this.unread.push(chunk);
    if (mayRead) this.letOthersRead();
  }

  /** Ends a pause, unless there is still a reason for it. */
  resume(): void {
    if (!this.isPaused || this.callOffTurn !== undefined || this.events.hasBacklog()) return;
    this.isPaused = false;
    this.transport.resume();
  }

  /** Ends reading at once, even within a chunk. */
  stop(): void {
    this.hasStopped = true;
    this.frames.stop();
    this.unread.length = 0;
    this.callOffTurn?.();
    if (this.isPaused) this.transport.resume(); // See MAX_DISCARDED_BYTES.
  }

  private read(chunk: Buffer | undefined): void {
    const turn = currentTurn();
    if (turn !== this.turn) {
      this.turn = turn;
      this.turnEndsAt = performance.now() + this.turnMs;
      this.leastFrame = this.frames.handled + LEAST_FRAMES;
    }
    let turnIsOver = false;
    this.isReading = true;
    try {
      while (!turnIsOver && chunk !== undefined) {
        chunk = this.frames.feed(chunk, this.turnEndsAt, this.leastFrame) ?? this.unread.shift();
        turnIsOver = this.frames.isOver(this.turnEndsAt, this.leastFrame);
      }
      if (chunk !== undefined) this.unread.unshift(chunk);
      this.events.onRead();
    } catch (error) {
      this.events.fail(error);
    }
    this.isReading = false;
    if (this.hasStopped) return;
    if (turnIsOver) {
      this.letOthersRead();
    } else if (this.events.hasBacklog()) {
      this.pause();
      this.events.onBacklog();
    }
  }

  private letOthersRead(): void {
    this.pause();
    this.callOffTurn = afterOthers(() => {
      this.callOffTurn = undefined;
      this.read(this.unread.shift());
      this.resume();
    });
  }

  private pause(): void {
    this.isPaused = true;
    this.transport.pause();
  }

  /** A peer that goes on sending after the end must not keep the server busy. */
  private discard(chunk: Buffer): void {
    this.discarded += chunk.length;
    if (this.discarded > MAX_DISCARDED_BYTES) this.transport.pause();
  }
}
