import type { Buffer } from "node:buffer";
import type { Connection } from "./connection.ts";
import { ErrorCode, StreamClosedError } from "./errors.ts";
import { MAX_WINDOW } from "./frame.ts";
import type { OutgoingHeaders } from "./outbound.ts";
import { ReceiveQueue } from "./receive_queue.ts";

/** Called once: without an argument when the bytes are on their way, else with why not. */
export type WriteCallback = (error?: Error) => void;

export type StreamEvent =
  /** Comes with the data. */
  | "data"
  /** The request is whole. */
  | "end"
  /** All that was written is sent; `sendTrailers` is expected. */
  | "wantTrailers"
  /** After `write` returned false: nothing waits any more. */
  | "drain"
  /** The last event; `rstCode` says how it ended. */
  | "close";

interface PendingWrite {
  readonly bytes: Buffer;
  sent: number;
  readonly done: WriteCallback | undefined;
}

/**
 * One request and its response (RFC 9113, 5.1): what was received and not yet taken by the handler,
 * what was written and not yet allowed by the peer. A subclass hands the events to the handler.
 */
export abstract class Stream {
  /** 6.9.1: what the peer allows. Negative after a SETTINGS that lowered it (6.9.2). */
  sendWindow: number;
  /** 6.9.1: what the peer may still send. */
  receiveWindow: number;
  /** What `respond` was given. */
  sentHeaders: OutgoingHeaders | undefined;
  /** What `sendTrailers` was given. */
  sentTrailers: OutgoingHeaders | undefined;
  /** Bytes of the request's body that have come. */
  bytesReceived = 0;
  /** Bytes written, sent or not. */
  bytesSent = 0;
  /** Bytes written and not yet sent. */
  queuedBytes = 0;
  /** Bytes sent in the present span of the stall check; Infinity if it began to wait within it. */
  sentInSpan = 0;

  /** The peer has sent END_STREAM: half-closed (remote). */
  private remoteEnded = false;
  private closeCode: number | undefined;

  private readonly unread = new ReceiveQueue();
  private flowing = false;
  /** True until the handler has the stream, and while it is told something. */
  private delivering = true;
  private endDelivered = false;
  /** Consumed, and not yet given back to the peer by WINDOW_UPDATE. */
  private uncredited = 0;
  /** What content-length leaves of the body (8.1.1); -1 if there is none. */
  private bodyLeft = -1;

  private readonly writes: PendingWrite[] = [];
  private ending = false;
  private keepsForTrailers = false;

  constructor(
    readonly id: number,
    private readonly owner: Connection,
    sendWindow: number,
    receiveWindow: number,
  ) {
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
  }

  protected abstract onEvent(event: StreamEvent, chunk?: Buffer): void;

  get closed(): boolean {
    return this.closeCode !== undefined;
  }

  get destroyed(): boolean {
    return this.closed;
  }

  /** The code of the RST_STREAM that ended the stream; NO_ERROR without one. */
  get rstCode(): number {
    return this.closeCode ?? ErrorCode.NO_ERROR;
  }

  get hasEndedRemotely(): boolean {
    return this.remoteEnded;
  }

  // ------------------------------------------------------------------ receiving, for the handler

  /** No data, and no end, until `resume`. */
  pause(): void {
    this.flowing = false;
  }

  resume(): void {
    if (this.flowing) return;
    this.flowing = true;
    this.deliver();
  }

  /** As `resume`, but nothing comes before the caller is done. */
  flow(): void {
    this.flowing = true;
    if (!this.delivering) queueMicrotask(() => this.deliver());
  }

  // -------------------------------------------------------------------- receiving, for the session

  /** The handler has the stream. */
  start(): void {
    this.delivering = false;
  }

  /** Sets what DATA must add up to; false if the request can have none of it. */
  expectBody(contentLength: number, endStream: boolean): boolean {
    this.bodyLeft = contentLength;
    this.remoteEnded = endStream;
    return !(endStream && contentLength > 0);
  }

  /** Takes the data of a frame; false if the body does not fit its content-length. */
  receive(chunk: Buffer, endStream: boolean): boolean {
    if (this.bodyLeft >= 0) {
      this.bodyLeft -= chunk.length;
      if (this.bodyLeft < 0) {
        this.owner.creditConnection(chunk.length); // 6.9: it counts, though nobody will take it.
        return false;
      }
    }
    this.bytesReceived += chunk.length;
    if (chunk.length > 0) this.unread.push(chunk);
    return endStream ? this.receiveEnd() : true;
  }

  /** The peer has ended its side; false if content-length promised more. */
  receiveEnd(): boolean {
    this.remoteEnded = true;
    return this.bodyLeft <= 0;
  }

  /** Hands over what has come, as far as the handler takes it. */
  deliver(): void {
    if (this.delivering) return;
    this.delivering = true;
    while (this.flowing && this.closeCode === undefined) {
      const chunk = this.unread.take();
      if (chunk === undefined) break;
      this.notify("data", chunk);
      this.credit(chunk.length);
      this.owner.creditConnection(chunk.length);
    }
    this.delivering = false;
    if (this.unread.bytes > 0) {
      this.unread.own();
    } else if (this.remoteEnded && this.flowing && !this.endDelivered && !this.closed) {
      this.endDelivered = true;
      this.notify("end");
    }
  }

  /** 6.9: the bytes no longer take space here, so the peer may send as many more. */
  credit(bytes: number): void {
    this.uncredited += bytes;
    const threshold = this.owner.limits.streamWindowBytes >>> 1;
    if (this.uncredited <= threshold || this.remoteEnded || this.closed) return;
    this.owner.outbound.windowUpdate(this.id, this.uncredited);
    this.receiveWindow += this.uncredited;
    this.uncredited = 0;
  }

  // -------------------------------------------------------------------- sending, for the handler

  /**
   * Does nothing on a closed stream. With `waitForTrailers`, `end` leads to "wantTrailers". Throws TypeError
   * for a header that HTTP/2 does not allow; then there is no response yet.
   */
  respond(
    headers: OutgoingHeaders = {},
    options: { readonly endStream?: boolean; readonly waitForTrailers?: boolean } = {},
  ): void {
    if (this.closed) return;
    if (this.sentHeaders) throw new Error(`Cannot respond on stream ${this.id} twice`);
    const endStream = options.endStream === true;
    const complete = headers[":status"] === undefined ? { ...headers, ":status": 200 } : headers;
    this.owner.outbound.headers(this.id, complete, endStream);
    this.sentHeaders = headers;
    this.keepsForTrailers = options.waitForTrailers === true && !endStream;
    if (endStream) this.endLocally();
  }

  /** The bytes must not change before `done` is called. Returns false when they have to wait. */
  write(bytes: Buffer, done?: WriteCallback): boolean {
    if (this.closed || this.ending) {
      if (done) {
        const error = new StreamClosedError(this.id, this.rstCode);
        queueMicrotask(() => done(error));
      }
      return false;
    }
    if (!this.sentHeaders) this.respond();
    this.bytesSent += bytes.length;
    const sent = this.writes.length === 0 ? this.send(bytes, 0) : 0;
    if (sent === bytes.length) {
      if (done) queueMicrotask(done as VoidFunction);
      return true;
    }
    this.writes.push({ bytes, sent, done });
    this.queuedBytes += bytes.length - sent;
    this.owner.sendQueue.add(this, bytes.length - sent);
    return false;
  }

  /** After what was written, the stream ends: with trailers if `respond` was told to wait. */
  end(): void {
    if (this.closed || this.ending) return;
    if (!this.sentHeaders) this.respond();
    this.ending = true;
    if (this.writes.length === 0) this.finish();
  }

  sendTrailers(headers: OutgoingHeaders): void {
    if (this.closed) return;
    this.sentTrailers = headers;
    this.owner.outbound.headers(this.id, headers, true);
    this.endLocally();
  }

  /**
   * Forgets what was written and not sent, so that trailers do not wait behind it.
   *
   * @param code for the callbacks of what was written
   */
  dropUnsent(code: number = ErrorCode.NO_ERROR): void {
    if (this.writes.length === 0) return;
    this.owner.sendQueue.remove(this, this.queuedBytes, true);
    this.queuedBytes = 0;
    const error = new StreamClosedError(this.id, code);
    for (const { done } of this.writes.splice(0)) if (done) queueMicrotask(() => done(error));
  }

  /** Ends the stream with RST_STREAM, unless it has ended already. */
  close(code: number = ErrorCode.NO_ERROR): void {
    if (this.closed) return;
    this.owner.sendReset(this.id, code);
    this.terminate(code);
  }

  // -------------------------------------------------------------------- sending, for the session

  /** 6.9.1; false if the window would be too large. */
  growSendWindow(bytes: number): boolean {
    this.sendWindow += bytes;
    return this.sendWindow <= MAX_WINDOW;
  }

  /** Sends one frame of what waits; tells whether it has sent one and others wait. */
  sendSome(): boolean {
    const [head] = this.writes;
    if (head === undefined || !this.canSend()) return false;
    const sent = this.sendFrame(head.bytes, head.sent);
    head.sent += sent;
    this.queuedBytes -= sent;
    const isWhole = head.sent === head.bytes.length;
    if (isWhole) this.writes.shift();
    this.owner.sendQueue.remove(this, sent, this.writes.length === 0);
    if (isWhole && head.done) queueMicrotask(head.done as VoidFunction);
    if (this.writes.length > 0) return true;
    if (this.ending) this.finish();
    else this.notify("drain");
    return false;
  }

  /** Closes without telling the peer, who knows or is gone. */
  terminate(code: number): void {
    if (this.closed) return;
    this.closeCode = code;
    this.owner.creditConnection(this.unread.bytes);
    this.unread.clear();
    this.dropUnsent(code);
    this.owner.forget(this);
    this.notify("close");
  }

  private notify(event: StreamEvent, chunk?: Buffer): void {
    try {
      this.onEvent(event, chunk);
    } catch (error) {
      this.owner.onHandlerError(this, error);
    }
  }

  private canSend(): boolean {
    return this.sendWindow > 0 && this.owner.outbound.takesData;
  }

  private send(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.canSend()) at += this.sendFrame(bytes, at);
    return at - from;
  }

  private sendFrame(bytes: Buffer, at: number): number {
    const sent = this.owner.outbound.data(this.id, bytes, at, this.sendWindow);
    this.sendWindow -= sent;
    this.sentInSpan += sent;
    return sent;
  }

  private finish(): void {
    if (this.keepsForTrailers) return this.notify("wantTrailers");
    this.owner.outbound.endOfData(this.id);
    this.endLocally();
  }

  /** 8.1: after a whole response, the rest of the request is not needed. */
  private endLocally(): void {
    if (!this.remoteEnded) this.owner.sendReset(this.id, ErrorCode.NO_ERROR);
    this.terminate(ErrorCode.NO_ERROR);
  }
}
