import type { Buffer } from "node:buffer";
import { copyBytes } from "./bytes.ts";
import { SlabPool } from "./slab_pool.ts";
import { atTurnEnd } from "./turn.ts";

/** Where bytes go: the part of a socket that sending needs. */
export interface Sink {
  /** The bytes may change after `done`, if that is called without an error. */
  write(bytes: Buffer, done: (error?: Error | null) => void): void;
}

export interface OutputEvents {
  /** The socket has taken all that it was given. */
  onWritten(): void;
}

/** Enough for the answer to one call, so that thousands of quiet connections take little. */
const SMALL_BYTES = 1_024;
/** Holds the largest frame that is sent (16,393 bytes) and then some of the next turn's. */
const LARGE_BYTES = 32_768;
const smallSlabs = new SlabPool(SMALL_BYTES, 256);
const largeSlabs = new SlabPool(LARGE_BYTES, 32);

/**
 * Gathers the frames of one turn of the event loop into one write. While the socket works on a
 * write, further frames gather for the next.
 */
export class Output {
  /** Bytes appended and not yet taken by the socket. */
  queuedBytes = 0;
  /** All that the socket has ever taken. */
  bytesTaken = 0;

  private slab: Buffer | undefined;
  private used = 0;
  private full: { readonly slab: Buffer; readonly used: number }[] = [];
  private writing = 0;
  private scheduled = false;
  private closed = false;

  constructor(private readonly sink: Sink, private readonly events: OutputEvents) {}

  /** Where the bytes of the last `reserve` go. */
  buffer(): Buffer {
    return this.slab!;
  }

  /** Makes room for that many bytes, at most a slab's, at the returned offset of `buffer()`. */
  reserve(bytes: number): number {
    if (this.slab === undefined) {
      this.slab = poolFor(bytes).take();
    } else if (this.used + bytes > this.slab.length) {
      this.replaceSlab();
    }
    if (!this.scheduled) {
      this.scheduled = true;
      atTurnEnd(this);
    }
    const at = this.used;
    this.used += bytes;
    this.queuedBytes += bytes;
    return at;
  }

  /** Gives the socket everything now. */
  flush(): void {
    if (this.writing > 0 || this.closed) return;
    const { full, slab, used } = this;
    this.writing = full.length + (slab === undefined ? 0 : 1);
    if (full.length > 0) {
      this.full = [];
      for (const one of full) this.write(one.slab, one.used);
    }
    if (slab === undefined) return;
    this.slab = undefined;
    this.used = 0;
    this.write(slab, used);
  }

  /** The socket takes nothing more. */
  close(): void {
    this.closed = true;
    this.slab = undefined;
    this.used = 0;
    this.full = [];
  }

  onTurnEnd(): void {
    this.scheduled = false;
    this.flush();
  }

  /** The present slab is too short: a small one moves into a large one, a large one is full. */
  private replaceSlab(): void {
    const { slab, used } = this;
    const next = largeSlabs.take();
    if (slab!.length < LARGE_BYTES) {
      copyBytes(slab!, 0, used, next, 0);
      smallSlabs.give(slab!);
    } else {
      this.full.push({ slab: slab!, used });
      this.used = 0;
    }
    this.slab = next;
  }

  private write(slab: Buffer, used: number): void {
    this.sink.write(slab.subarray(0, used), (error) => this.onTaken(slab, used, error));
  }

  private onTaken(slab: Buffer, used: number, error: Error | null | undefined): void {
    this.writing--;
    this.queuedBytes -= used;
    // Each further write would be answered with an error of its own.
    if (error) return this.close();
    this.bytesTaken += used;
    poolFor(slab.length).give(slab);
    if (this.writing > 0) return;
    if (!this.scheduled) this.flush();
    this.events.onWritten();
  }
}

function poolFor(bytes: number): SlabPool {
  return bytes <= SMALL_BYTES ? smallSlabs : largeSlabs;
}
