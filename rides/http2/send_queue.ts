import { LimitError } from "./errors.ts";
import type { LimitName, Limits } from "./limits.ts";
import type { Outbound } from "./outbound.ts";
import type { Stream } from "./stream.ts";

/** Less than this in `stallTimeoutMs` is a stalled stream. */
const MIN_PROGRESS_BYTES = 1_024;

/** Of a queue that nothing has waited in. */
const NONE = new Set<Stream>();

export interface SendQueueEvents {
  /** Too many bytes of the stream wait, or they wait too long; the limit says which. */
  onUntaken(stream: Stream, limit: LimitName): void;
  /** The same for the whole connection. */
  fail(error: LimitError): void;
}

/** The streams whose bytes wait for a window (RFC 9113, 6.9) or for the socket. */
export class SendQueue {
  /** The bytes of all of them. */
  bytes = 0;

  private streams = NONE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hasStopped = false;

  constructor(
    private readonly limits: Limits,
    private readonly outbound: Outbound,
    private readonly events: SendQueueEvents,
  ) {}

  /** The stream has that many bytes more which cannot be sent now. */
  add(stream: Stream, bytes: number): void {
    // One that joins within a span has until the end of the next, which counts from 0.
    if (!this.streams.has(stream)) stream.sentInSpan = Infinity;
    if (this.streams === NONE) this.streams = new Set();
    this.streams.add(stream);
    this.bytes += bytes;
    this.watch();
    const { maxQueuedBytesPerStream, maxQueuedBytesPerConnection } = this.limits;
    if (stream.queuedBytes > maxQueuedBytesPerStream) {
      this.events.onUntaken(stream, "maxQueuedBytesPerStream");
    } else if (this.bytes > maxQueuedBytesPerConnection) {
      const reason = "The responses are not taken";
      this.events.fail(new LimitError("maxQueuedBytesPerConnection", reason));
    }
  }

  /** That many bytes of the stream wait no longer; `isLast` if none of it do. */
  remove(stream: Stream, bytes: number, isLast: boolean): void {
    this.bytes -= bytes;
    if (isLast) this.streams.delete(stream);
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
    if (stallTimeoutMs === 0 || this.timer !== undefined || this.hasStopped) return;
    const { queuedBytes, bytesTaken } = this.outbound;
    for (const stream of this.streams) stream.sentInSpan = 0;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const nothingTaken = queuedBytes > 0 && bytesTaken === this.outbound.bytesTaken;
      if (!nothingTaken) return this.checkStreams();
      this.events.fail(new LimitError("stallTimeoutMs", "The socket takes nothing"));
    }, stallTimeoutMs);
  }

  /** For good, though what is written to streams that have yet to end may wait here. */
  stopWatching(): void {
    this.hasStopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private checkStreams(): void {
    for (const stream of this.streams) {
      if (stream.sentInSpan < MIN_PROGRESS_BYTES) {
        this.events.onUntaken(stream, "stallTimeoutMs");
      }
    }
    if (this.streams.size > 0 || this.outbound.queuedBytes > 0) this.watch();
  }
}
