import { ConnectionError, ErrorCode, protocolError } from "./errors.ts";
import { MAX_STREAM_ID } from "./frame.ts";

/** At least so many streams that we reset are remembered, since refused ones come on top of those allowed. */
const MIN_REMEMBERED_RESETS = 512;

/** RFC 9113, 5.1 and 5.1.1: what is known about streams that are not open, from their identifiers. */
export class StreamIds {
  /** The highest that the client has used; 0 before the first. */
  last = 0;
  /** The highest that is not ignored, as the last GOAWAY said (6.8). */
  private accepted = MAX_STREAM_ID;
  /** The lowest that any GOAWAY named; it never grows. */
  private announced = MAX_STREAM_ID;
  /** The client has left some out, which then are closed without ever being open. */
  private hasGaps = false;
  private resets: Set<number> | undefined;
  private readonly maxRememberedResets: number;

  /** All streams may be reset at once, and the peer not know yet (5.1). */
  constructor(maxConcurrentStreams: number) {
    this.maxRememberedResets = Math.max(MIN_REMEMBERED_RESETS, maxConcurrentStreams);
  }

  /** The client opens a stream; throws ConnectionError if it may not be this one. */
  open(id: number): void {
    if (id % 2 === 0) throw protocolError(`HEADERS on stream ${id}`);
    this.hasGaps ||= id > this.last + (this.last === 0 ? 1 : 2);
    this.last = id;
  }

  /** Even ones are the server's to open, which it never does: there is no push (8.4). */
  isIdle(id: number): boolean {
    return id > this.last || id % 2 === 0;
  }

  /** The client did not know yet that we take no more streams. */
  isIgnored(id: number): boolean {
    return id > this.accepted;
  }

  /** What GOAWAY may name: at most this, and at most what one has named before. */
  announce(id: number = Math.min(this.last, this.accepted)): number {
    return this.announced = Math.min(this.announced, id);
  }

  /** From now on, new streams are ignored. */
  acceptNoMore(): void {
    this.accepted = this.last;
  }

  rememberReset(id: number): void {
    const resets = this.resets ??= new Set();
    resets.add(id);
    if (resets.size > this.maxRememberedResets) {
      const [oldest] = resets;
      resets.delete(oldest!);
    }
  }

  /** A frame came on a stream that is not open: returns if it is to be ignored, else throws. */
  check(id: number, frame: "DATA" | "HEADERS"): void {
    if (this.isIgnored(id) || this.resets?.has(id)) return;
    if (this.isIdle(id)) throw protocolError(`${frame} on idle stream ${id}`);
    if (frame === "HEADERS" && this.hasGaps) {
      throw protocolError(`HEADERS on stream ${id} after ${this.last}`);
    }
    throw new ConnectionError(ErrorCode.STREAM_CLOSED, `${frame} on closed stream ${id}`);
  }

  /** A frame came that an idle stream cannot have. */
  checkNotIdle(id: number, frame: string): void {
    if (this.isIdle(id)) throw protocolError(`${frame} on idle stream ${id}`);
  }
}
