import type { Limits } from "./limits.ts";
import type { Outbound } from "./outbound.ts";
import type { Stream } from "./stream.ts";

/** Less than this in `stallTimeoutMs` is a stalled stream. */
const MIN_PROGRESS_BYTES = 1_024;

export interface StallEvents {
  /** The peer has not let the stream send what waits. */
  onStreamStalled(stream: Stream): void;
  /** The socket has taken nothing. */
  onSocketStalled(): void;
}

/** The streams whose bytes wait for a window (RFC 9113, 6.9) or for the socket. */
export class SendQueue {
  /** The bytes of all of them. */
  bytes = 0;

  private readonly streams = new Set<Stream>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly limits: Limits,
    private readonly outbound: Outbound,
    private readonly events: StallEvents,
  ) {}

  add(stream: Stream, bytes: number): void {
    // One that joins within a span has until the end of the next, which counts from 0.
    if (!this.streams.has(stream)) stream.sentInSpan = Infinity;
    this.streams.add(stream);
    this.bytes += bytes;
    this.watch();
  }

  delete(stream: Stream): void {
    this.streams.delete(stream);
  }

  /** Lets the streams send by turns, a frame each, while the connection takes DATA. */
  send(): void {
    for (const stream of this.streams) {
      if (!this.outbound.takesData) return;
      if (stream.sendSome()) {
        this.streams.delete(stream);
        this.streams.add(stream);
      }
    }
  }

  /** Looks, from now until nothing waits, whether the peer takes what waits for it. */
  watch(): void {
    const { stallTimeoutMs } = this.limits;
    if (stallTimeoutMs === 0 || this.timer !== undefined) return;
    const { queuedBytes, bytesTaken } = this.outbound;
    for (const stream of this.streams) stream.sentInSpan = 0;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const nothingTaken = queuedBytes > 0 && bytesTaken === this.outbound.bytesTaken;
      if (nothingTaken) this.events.onSocketStalled();
      else this.checkStreams();
    }, stallTimeoutMs);
  }

  stopWatching(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private checkStreams(): void {
    for (const stream of this.streams) {
      if (stream.sentInSpan < MIN_PROGRESS_BYTES) this.events.onStreamStalled(stream);
    }
    if (this.streams.size > 0 || this.outbound.queuedBytes > 0) this.watch();
  }
}
