import type { Buffer } from "node:buffer";
import type { FrameReader } from "./frame_reader.ts";
import { afterOthers, currentTurn } from "./turn.ts";

/** What reading asks of the session that reads. */
export interface ReadingEvents {
  /** What came is read, as far as the turn lasts. */
  onRead(): void;
  /** The connection cannot go on (RFC 9113, 5.4.1), or this server is at fault. */
  fail(error: unknown): void;
  /** Whether so much waits for the peer that nothing more is to be read from it. */
  hasBacklog(): boolean;
  /** Reading has paused for it, and goes on by `resume`. */
  onBacklog(): void;
}

/** What is read after the end, so that the end is no reset, which would undo the GOAWAY. */
const MAX_DISCARDED_BYTES = 1_048_576;

/**
 * Reads a connection by turns: Deno reads a socket for as long as there are bytes, and a peer that keeps
 * the server busy would keep it to itself.
 */
export class TurnReader {
  /** While it reads, more is about to come. */
  isReading = false;

  private isPaused = false;
  private hasStopped = false;
  private discarded = 0;
  private turn = -1;
  private turnEndsAt = 0;
  /** What has come and waits for the next turn: at most what the transport gives at once. */
  private readonly unread: Buffer[] = [];
  /** Set while the other connections have their turn. */
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
    this.unread.push(chunk);
    if (this.callOffTurn === undefined) this.read();
  }

  /** Goes on where it was paused, unless the reasons for it stand. */
  resume(): void {
    if (!this.isPaused || this.callOffTurn !== undefined || this.events.hasBacklog()) return;
    this.isPaused = false;
    this.transport.resume();
  }

  /** Nothing more is read, not even the rest of the present chunk. */
  stop(): void {
    this.hasStopped = true;
    this.frames.stop();
    this.unread.length = 0;
    this.callOffTurn?.();
    // Unread bytes would turn the end into a reset, and the peer would never see the GOAWAY.
    if (this.isPaused) this.transport.resume();
  }

  private read(): void {
    const turn = currentTurn();
    if (turn !== this.turn) {
      this.turn = turn;
      this.turnEndsAt = performance.now() + this.turnMs;
    }
    let turnIsOver = false;
    this.isReading = true;
    try {
      for (let chunk; !turnIsOver && (chunk = this.unread.shift()) !== undefined;) {
        const rest = this.frames.feed(chunk, this.turnEndsAt);
        if (rest !== undefined) this.unread.unshift(rest);
        turnIsOver = performance.now() > this.turnEndsAt;
      }
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
      this.read();
      this.resume();
    });
  }

  private pause(): void {
    this.isPaused = true;
    this.transport.pause();
  }

  /** A peer that keeps sending after its end shall not keep the server busy until it is gone. */
  private discard(chunk: Buffer): void {
    this.discarded += chunk.length;
    if (this.discarded > MAX_DISCARDED_BYTES) this.transport.pause();
  }
}
