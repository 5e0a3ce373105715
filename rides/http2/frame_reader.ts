import { Buffer } from "node:buffer";
import { copyBytes } from "./bytes.ts";
import { ConnectionError, ErrorCode } from "./errors.ts";
import { CLIENT_PREFACE, FRAME_HEADER_BYTES, readFrameLength, readUint31 } from "./frame.ts";

/** The payload is `source[start, end)`, and stays valid: no buffer is used twice. */
export interface FrameHandler {
  onFrame(
    type: number,
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void;
}

const PREFACE = Buffer.from(CLIENT_PREFACE, "latin1");
const NOTHING = Buffer.alloc(0);

/** RFC 9113, 3.4 and 4.1: cuts what a client sends into frames, however the bytes arrive. */
export class FrameReader {
  /** How many frames have been handled. */
  handled = 0;

  private prefaceRead = 0;
  /** The frame that the bytes so far do not complete: `partialLength` bytes of it. */
  private partial: Buffer = NOTHING;
  private partialLength = 0;
  private stopped = false;

  constructor(
    private readonly maxFrameBytes: number,
    private readonly handler: FrameHandler,
  ) {}

  /**
   * Stops between two frames when `performance.now()` has passed `untilMs` and `atLeast` frames have been
   * handled, and returns what is to be fed next. Throws ConnectionError when the bytes are no preface or a
   * frame is too large.
   */
  feed(chunk: Buffer, untilMs = Infinity, atLeast = 0): Buffer | undefined {
    let at = this.readPreface(chunk);
    if (this.partialLength > 0) at = this.completeFrame(chunk, at);
    while (!this.stopped && chunk.length - at >= FRAME_HEADER_BYTES) {
      const length = this.readLength(chunk, at);
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > chunk.length) break;
      this.handle(chunk, at, end);
      at = end;
      if (at < chunk.length && this.isOver(untilMs, atLeast) && !this.stopped) {
        return chunk.subarray(at);
      }
    }
    if (!this.stopped && at < chunk.length) {
      this.keep(chunk, at, chunk.length, this.wanted(chunk, at, chunk.length - at));
    }
  }

  /** Whether `feed` with these would have stopped. */
  isOver(untilMs: number, atLeast: number): boolean {
    return this.handled >= atLeast && performance.now() > untilMs;
  }

  /** Nothing more is read, not even the rest of the present chunk. */
  stop(): void {
    this.stopped = true;
    this.partial = NOTHING;
    this.partialLength = 0;
  }

  private readPreface(chunk: Buffer): number {
    let at = 0;
    for (; this.prefaceRead < PREFACE.length && at < chunk.length; at++) {
      if (chunk[at] !== PREFACE[this.prefaceRead++]) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "No HTTP/2 client preface");
      }
    }
    return at;
  }

  private completeFrame(chunk: Buffer, at: number): number {
    for (;;) {
      const wanted = this.wanted(this.partial, 0, this.partialLength);
      const end = Math.min(at + wanted - this.partialLength, chunk.length);
      this.keep(chunk, at, end, wanted);
      at = end;
      if (this.partialLength < wanted) return at;
      if (wanted > FRAME_HEADER_BYTES || this.readLength(this.partial, 0) === 0) {
        const frame = this.partial;
        this.partial = NOTHING;
        this.partialLength = 0;
        this.handle(frame, 0, wanted);
        return at;
      }
    }
  }

  /** The bytes of the frame that begins at `at`: of its header alone, until that is there. */
  private wanted(source: Buffer, at: number, length: number): number {
    return length < FRAME_HEADER_BYTES
      ? FRAME_HEADER_BYTES
      : FRAME_HEADER_BYTES + this.readLength(source, at);
  }

  private keep(chunk: Buffer, start: number, end: number, wanted: number): void {
    const length = this.partialLength + end - start;
    if (length > this.partial.length) {
      // Twice the need, so that bytes that come one by one are not copied again for each. Not the
      // whole frame at once, which its header alone would cost; and no more than the frame, since
      // a handler may keep it for long.
      const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(length * 2, 32), wanted));
      copyBytes(this.partial, 0, this.partialLength, larger, 0);
      this.partial = larger;
    }
    copyBytes(chunk, start, end, this.partial, this.partialLength);
    this.partialLength = length;
  }

  /** 4.2 */
  private readLength(source: Buffer, at: number): number {
    const length = readFrameLength(source, at);
    if (length > this.maxFrameBytes) {
      throw new ConnectionError(
        ErrorCode.FRAME_SIZE_ERROR,
        `Frame of ${length} bytes, allowed are ${this.maxFrameBytes}`,
      );
    }
    return length;
  }

  private handle(source: Buffer, at: number, end: number): void {
    this.handled++;
    this.handler.onFrame(
      source[at + 3]!,
      source[at + 4]!,
      readUint31(source, at + 5),
      source,
      at + FRAME_HEADER_BYTES,
      end,
    );
  }
}
