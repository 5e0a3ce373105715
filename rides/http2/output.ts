import { Buffer } from "node:buffer";

/** Where bytes go: the part of a socket that sending needs. */
export interface Sink {
  /** The bytes may change after `done`, if that is called without an error. */
  write(bytes: Buffer, done: (error?: Error | null) => void): void;
}

/** Holds the largest frame that is sent (16,393 bytes) and then some of the next turn's. */
const SLAB_BYTES = 32_768;
const MAX_POOLED_SLABS = 32;
/** Slabs that no write uses, shared by all connections so that an idle one has none. */
const pool: Buffer[] = [];

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
  private readonly full: { readonly slab: Buffer; readonly used: number }[] = [];
  private writing = 0;
  private scheduled = false;
  private closed = false;

  /** `onWritten` is called each time the socket has taken what it was given. */
  constructor(private readonly sink: Sink, private readonly onWritten: () => void) {}

  /** Where the bytes of the last `reserve` go. */
  buffer(): Buffer {
    return this.slab!;
  }

  /** Makes room for that many bytes, at most a slab's, at the returned offset of `buffer()`. */
  reserve(bytes: number): number {
    if (this.slab !== undefined && this.used + bytes > this.slab.length) this.seal();
    this.slab ??= pool.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.onTurnEnd);
    }
    const at = this.used;
    this.used += bytes;
    this.queuedBytes += bytes;
    return at;
  }

  /** Gives the socket everything now. */
  flush(): void {
    if (this.writing > 0 || this.closed) return;
    if (this.used > 0) this.seal();
    const ready = this.full.splice(0);
    this.writing = ready.length;
    for (const { slab, used } of ready) {
      this.sink.write(slab.subarray(0, used), (error) => this.onTaken(slab, used, !error));
    }
  }

  /** The socket takes nothing more. */
  close(): void {
    this.closed = true;
    this.slab = undefined;
    this.used = 0;
    this.full.length = 0;
  }

  private readonly onTurnEnd = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private seal(): void {
    this.full.push({ slab: this.slab!, used: this.used });
    this.slab = undefined;
    this.used = 0;
  }

  private onTaken(slab: Buffer, used: number, reusable: boolean): void {
    this.writing--;
    this.queuedBytes -= used;
    this.bytesTaken += used;
    if (reusable && pool.length < MAX_POOLED_SLABS) pool.push(slab);
    if (this.writing > 0) return;
    if (!this.scheduled) this.flush();
    this.onWritten();
  }
}
