import { Buffer } from "node:buffer";
import { ConnectionError, ErrorCode, LimitError } from "./errors.ts";
import { FloodGuard } from "./flood_guard.ts";
import { INITIAL_WINDOW, MAX_STREAM_ID, MAX_WINDOW } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import type { HeaderSection, IncomingHeaders } from "./header_section.ts";
import { INITIAL_TABLE_BYTES } from "./hpack_decoder.ts";
import { Inbound, type InboundEvents } from "./inbound.ts";
import type { Limits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import type { Sink } from "./output.ts";
import { serverSettings, type Setting, SettingId } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { StreamTable } from "./stream_table.ts";

/** The part of a socket that a session needs. */
export interface Transport extends Sink {
  /** Sends what was written, then closes. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** What a session asks of its user. */
export interface SessionEvents {
  createStream(id: number, sendWindow: number, receiveWindow: number): Stream;
  /** A request has come; its body and end follow as events of the stream. */
  onStream(stream: Stream, headers: IncomingHeaders, endStream: boolean): void;
  /** The peer went over a limit; called once in the life of a session for each limit. */
  onLimit(limit: string, reason: string): void;
  /** The handler threw; its stream is reset. */
  onHandlerError(error: unknown): void;
}

/** RFC 9113, 6.7: when an answer comes, or why none will. */
export type PingCallback = (error: Error | null, durationMs: number, opaque: Buffer) => void;

interface OpenPing {
  readonly opaque: Buffer;
  readonly sentAt: number;
  readonly callback: PingCallback;
}

export type SessionState =
  /** New streams are taken. */
  | "open"
  /** GOAWAY is sent, but streams that the client opened before it knew are still taken (6.8). */
  | "draining"
  /** The last GOAWAY is sent: streams finish, none begins. */
  | "finishing"
  /** Everything has ended but the socket. */
  | "closing"
  | "closed";

/** What waits for the socket when reading stops: far more than DATA alone can make wait. */
const READ_PAUSE_BYTES = 524_288;
/** The peer gets this long to take the last GOAWAY and close. */
const LINGER_MS = 500;
/** What is read in that time, so that the end is no reset, which would undo the GOAWAY. */
const MAX_DISCARDED_BYTES = 1_048_576;
/** Between the two GOAWAYs of a graceful end, when the peer does not answer the PING between. */
const DRAIN_MS = 1_000;
/** Less than this in `stallTimeoutMs` is a stalled stream. */
const MIN_PROGRESS_BYTES = 1_024;
/** Streams that we reset are remembered, since the peer may not know yet (5.1, closed). */
const MAX_REMEMBERED_RESETS = 512;
const MAX_OPEN_PINGS = 16;
const NO_DEBUG_DATA = Buffer.alloc(0);

/** One HTTP/2 connection from a client: its streams, its flow control, its life. */
export class Session implements InboundEvents {
  readonly outbound: Outbound;
  state: SessionState = "open";

  private readonly reader: FrameReader;
  private readonly inbound: Inbound;
  private readonly floods: FloodGuard;
  private readonly streams = new StreamTable();
  private readonly blocked = new Set<Stream>();
  private readonly remembered = new Set<number>();
  private readonly reported = new Set<string>();
  private readonly pings: OpenPing[] = [];
  private pingCount = 0;
  /** Streams that have got something since they were last told. */
  private touched: Stream[] = [];

  private lastStreamId = 0;
  /** Streams above it are ignored: the last GOAWAY said so. */
  private acceptedUpTo = MAX_STREAM_ID;
  /** The client has left out identifiers, which then are closed without ever being open (5.1.1). */
  private hasSkippedIds = false;
  private announcedGoaway = false;

  private settingsAcked = false;
  private peerInitialWindow = INITIAL_WINDOW;
  private ownInitialWindow = INITIAL_WINDOW;
  private receiveWindow = INITIAL_WINDOW;
  private uncredited = 0;
  private queuedBytes = 0;
  private readingPaused = false;
  private discarded = 0;

  /** Until the preface, then until the acknowledgement of SETTINGS. */
  private handshakeTimer: ReturnType<typeof setTimeout> | undefined;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private stallTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly transport: Transport,
    readonly limits: Limits,
    private readonly events: SessionEvents,
  ) {
    this.floods = new FloodGuard(limits);
    this.inbound = new Inbound(limits, this.floods, this);
    this.reader = new FrameReader(limits.maxFrameBytes, this.inbound);
    this.outbound = new Outbound(limits, transport, () => this.onWritten());
    this.outbound.settings(serverSettings(limits)); // 3.4
    this.growReceiveWindow(limits.connectionWindowBytes - INITIAL_WINDOW);
    this.startHandshakeTimer("prefaceTimeoutMs", ErrorCode.PROTOCOL_ERROR);
  }

  // ---------------------------------------------------------------------------- for the transport

  /** Takes what has come; never throws. */
  receive(chunk: Buffer): void {
    if (this.state === "closing") return this.discard(chunk);
    if (this.state === "closed") return;
    try {
      this.reader.feed(chunk);
      this.deliver();
    } catch (error) {
      this.fail(error);
    }
    if (this.outbound.queuedBytes > READ_PAUSE_BYTES && !this.readingPaused) {
      this.readingPaused = true;
      this.transport.pause();
      this.watchForStall();
    }
  }

  /** A peer that keeps sending after its end shall not keep the server busy until it is gone. */
  private discard(chunk: Buffer): void {
    this.discarded += chunk.length;
    if (this.discarded > MAX_DISCARDED_BYTES) this.transport.pause();
  }

  /** The peer has closed its side, so that no request can be finished and no window opened. */
  onTransportEnd(): void {
    this.terminateStreams(ErrorCode.CANCEL);
    this.endTransport();
  }

  /** The transport is gone. */
  onTransportClosed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.reader.stop();
    this.outbound.close();
    clearTimeout(this.handshakeTimer);
    clearTimeout(this.endTimer);
    clearTimeout(this.stallTimer);
    this.terminateStreams(ErrorCode.CANCEL);
    for (const { callback, sentAt, opaque } of this.pings.splice(0)) {
      callback(new Error("Cannot await PING: the session is closed"), elapsed(sentAt), opaque);
    }
  }

  // --------------------------------------------------------------------------------- for the user

  /**
   * 6.8: ends without losing a request. A first GOAWAY lets the client stop; after a round trip the
   * second one says which streams were taken; when those have ended, the connection ends.
   */
  close(): void {
    if (this.state !== "open") return;
    this.state = "draining";
    if (!this.announcedGoaway) this.goaway(ErrorCode.NO_ERROR, MAX_STREAM_ID);
    if (!this.inbound.hasBegun) return this.finish();
    this.endTimer = setTimeout(() => this.finish(), DRAIN_MS);
    this.ping(() => this.finish());
  }

  /** Ends at once: open streams are cut off. */
  destroy(code: number = ErrorCode.NO_ERROR): void {
    if (this.state === "closing" || this.state === "closed") return;
    this.sendGoaway(code, NO_DEBUG_DATA);
    this.terminateStreams(ErrorCode.CANCEL);
    this.endTransport();
  }

  /** Sends GOAWAY and nothing else; to end, `close` follows. */
  goaway(code: number, lastStreamId: number, opaque: Buffer = NO_DEBUG_DATA): void {
    if (this.state === "closing" || this.state === "closed") return;
    this.announcedGoaway ||= lastStreamId === MAX_STREAM_ID;
    this.outbound.goaway(lastStreamId, code, opaque);
  }

  /** False if too many pings are open, or the session is closed. */
  ping(callback: PingCallback): boolean {
    if (this.state === "closing" || this.state === "closed") return false;
    if (this.pings.length >= MAX_OPEN_PINGS) return false;
    const opaque = Buffer.alloc(8);
    opaque.writeUInt32BE(++this.pingCount, 4);
    this.pings.push({ opaque, sentAt: performance.now(), callback });
    this.outbound.ping(opaque, false);
    return true;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** What the client may still send before this server credits more. */
  get receiveWindowBytes(): number {
    return this.receiveWindow;
  }

  // --------------------------------------------------------------------------------- for streams

  canSendData(): boolean {
    return this.outbound.window > 0 && !this.outbound.isCongested;
  }

  /** The stream has bytes that cannot be sent now. */
  addBlocked(stream: Stream, bytes: number): void {
    this.blocked.add(stream);
    this.queuedBytes += bytes;
    if (stream.queuedBytes > this.limits.maxQueuedBytesPerStream) {
      this.report("maxQueuedBytesPerStream", `Stream ${stream.id} does not take its response`);
      stream.close(ErrorCode.ENHANCE_YOUR_CALM);
    } else if (this.queuedBytes > this.limits.maxQueuedBytesPerConnection) {
      this.fail(new LimitError("maxQueuedBytesPerConnection", "The responses are not taken"));
    } else {
      this.watchForStall();
    }
  }

  removeQueued(bytes: number): void {
    this.queuedBytes -= bytes;
  }

  removeBlocked(stream: Stream): void {
    this.blocked.delete(stream);
  }

  sendReset(streamId: number, code: number): void {
    this.outbound.reset(streamId, code);
    this.remembered.add(streamId);
    if (this.remembered.size > MAX_REMEMBERED_RESETS) {
      for (const oldest of this.remembered) {
        this.remembered.delete(oldest);
        break;
      }
    }
  }

  /** 6.9: bytes that were received on any stream no longer take space here. */
  creditConnection(bytes: number): void {
    this.uncredited += bytes;
    if (this.uncredited * 2 <= this.limits.connectionWindowBytes) return;
    if (this.state === "closing" || this.state === "closed") return;
    const credit = this.uncredited;
    this.uncredited = 0;
    this.growReceiveWindow(credit);
  }

  forget(stream: Stream): void {
    this.streams.delete(stream.id);
    if (this.state === "finishing" && this.streams.size === 0) this.endTransport();
  }

  onHandlerError(stream: Stream, error: unknown): void {
    stream.close(ErrorCode.INTERNAL_ERROR);
    this.events.onHandlerError(error);
  }

  // -------------------------------------------------------------------------- InboundEvents

  onHeaders(streamId: number, section: HeaderSection, endStream: boolean): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) return this.onTrailers(stream, section, endStream);
    if (streamId <= this.lastStreamId) return this.checkClosed(streamId, "HEADERS");
    if (streamId % 2 === 0) throw protocolError(`HEADERS on stream ${streamId}`); // 5.1.1
    this.hasSkippedIds ||= streamId > this.lastStreamId + (this.lastStreamId === 0 ? 1 : 2);
    this.lastStreamId = streamId;
    if (streamId > this.acceptedUpTo) return;

    section.checkRequest();
    if (section.exceeded !== undefined) {
      this.report(section.exceeded, `Request on stream ${streamId}`);
      return this.onStreamFault(streamId, ErrorCode.ENHANCE_YOUR_CALM);
    }
    if (section.malformed !== undefined) {
      return this.onStreamFault(streamId, ErrorCode.PROTOCOL_ERROR);
    }
    if (this.streams.size >= this.limits.maxConcurrentStreams) {
      return this.onStreamFault(streamId, ErrorCode.REFUSED_STREAM); // 5.1.2
    }
    this.openStream(streamId, section, endStream);
  }

  onData(
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    endStream: boolean,
  ): void {
    this.receiveWindow -= flowBytes;
    if (this.receiveWindow < 0) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "More DATA than the window allows");
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.checkClosed(streamId, "DATA");
      return this.creditConnection(flowBytes);
    }
    if (stream.hasEndedRemotely) {
      this.creditConnection(flowBytes);
      return this.onStreamFault(streamId, ErrorCode.STREAM_CLOSED);
    }
    stream.receiveWindow -= flowBytes;
    if (stream.receiveWindow < 0) {
      this.creditConnection(flowBytes);
      return this.onStreamFault(streamId, ErrorCode.FLOW_CONTROL_ERROR);
    }
    const padding = flowBytes - (end - start);
    if (padding > 0) {
      this.creditConnection(padding);
      stream.credit(padding);
    }
    const fits = stream.receive(source.subarray(start, end), endStream);
    if (!fits) return this.onStreamFault(streamId, ErrorCode.PROTOCOL_ERROR);
    this.touch(stream);
  }

  onReset(streamId: number, code: number): void {
    if (streamId > this.lastStreamId) throw protocolError("RST_STREAM on an idle stream");
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    this.floods.count("maxResetsPerInterval");
    stream.terminate(code);
  }

  onSettings(settings: readonly Setting[]): void {
    for (const [id, value] of settings) {
      if (id === SettingId.HEADER_TABLE_SIZE) this.outbound.setTableBytes(value);
      else if (id === SettingId.INITIAL_WINDOW_SIZE) this.changeInitialWindow(value);
    }
    this.outbound.settingsAck();
    if (!this.settingsAcked) {
      this.startHandshakeTimer("settingsAckTimeoutMs", ErrorCode.SETTINGS_TIMEOUT);
    }
    this.sendBlocked();
  }

  /** From here on our settings hold (6.5.3). */
  onSettingsAck(): void {
    if (this.settingsAcked) return;
    this.settingsAcked = true;
    clearTimeout(this.handshakeTimer);
    if (this.limits.headerTableBytes !== INITIAL_TABLE_BYTES) this.inbound.applyTableSetting();
    const change = this.limits.streamWindowBytes - this.ownInitialWindow;
    this.ownInitialWindow = this.limits.streamWindowBytes;
    for (const stream of this.streams.all()) stream.receiveWindow += change;
  }

  onPing(opaque: Buffer): void {
    this.outbound.ping(opaque, true);
  }

  onPingAck(opaque: Buffer): void {
    const index = this.pings.findIndex((ping) => ping.opaque.equals(opaque));
    if (index < 0) return;
    const [ping] = this.pings.splice(index, 1);
    ping!.callback(null, elapsed(ping!.sentAt), ping!.opaque);
  }

  /** The client opens no more streams, so there is no round trip to wait for. */
  onGoaway(): void {
    this.finish();
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      this.outbound.window += increment;
      if (this.outbound.window > MAX_WINDOW) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "The window is too large");
      }
    } else {
      if (streamId > this.lastStreamId) throw protocolError("WINDOW_UPDATE on an idle stream");
      const stream = this.streams.get(streamId);
      if (stream === undefined) return;
      if (!stream.growSendWindow(increment)) {
        return this.onStreamFault(streamId, ErrorCode.FLOW_CONTROL_ERROR);
      }
    }
    this.sendBlocked();
  }

  onStreamFault(streamId: number, code: number): void {
    if (streamId > this.lastStreamId) {
      throw new ConnectionError(code, `A wrong frame on idle stream ${streamId}`); // 6.4
    }
    this.floods.count("maxResetsPerInterval");
    this.sendReset(streamId, code);
    this.streams.get(streamId)?.terminate(code);
  }

  // ---------------------------------------------------------------------------------- receiving

  private openStream(streamId: number, section: HeaderSection, endStream: boolean): void {
    const stream = this.events.createStream(
      streamId,
      this.peerInitialWindow,
      this.ownInitialWindow,
    );
    if (!stream.expectBody(section.contentLength, endStream)) {
      return this.onStreamFault(streamId, ErrorCode.PROTOCOL_ERROR);
    }
    this.streams.add(stream);
    try {
      this.events.onStream(stream, section.headers, endStream);
    } catch (error) {
      this.onHandlerError(stream, error);
    }
    stream.start();
    if (endStream) this.touch(stream);
  }

  /** 8.1: a second header block ends the request. */
  private onTrailers(stream: Stream, section: HeaderSection, endStream: boolean): void {
    if (stream.hasEndedRemotely) {
      return this.onStreamFault(stream.id, ErrorCode.STREAM_CLOSED);
    }
    section.checkTrailers();
    const wellFormed = endStream && section.malformed === undefined;
    if (!wellFormed || !stream.receiveEnd()) {
      return this.onStreamFault(stream.id, ErrorCode.PROTOCOL_ERROR);
    }
    this.touch(stream);
  }

  /** 5.1: what may still come on a stream that is not open. */
  private checkClosed(streamId: number, what: string): void {
    if (streamId > this.acceptedUpTo || this.remembered.has(streamId)) return;
    if (streamId > this.lastStreamId) throw protocolError(`${what} on an idle stream`);
    if (what === "HEADERS" && this.hasSkippedIds) {
      throw protocolError(`HEADERS on stream ${streamId} after ${this.lastStreamId}`); // 5.1.1
    }
    throw new ConnectionError(ErrorCode.STREAM_CLOSED, `${what} on closed stream ${streamId}`);
  }

  private touch(stream: Stream): void {
    this.touched.push(stream);
  }

  private deliver(): void {
    if (this.touched.length === 0) return;
    const touched = this.touched;
    this.touched = [];
    for (const stream of touched) stream.deliver();
  }

  private growReceiveWindow(bytes: number): void {
    if (bytes === 0) return;
    this.receiveWindow += bytes;
    this.outbound.windowUpdate(0, bytes);
  }

  // ------------------------------------------------------------------------------------ sending

  /** 6.9.2: a change applies to every stream, and may make its window negative. */
  private changeInitialWindow(bytes: number): void {
    const change = bytes - this.peerInitialWindow;
    this.peerInitialWindow = bytes;
    for (const stream of this.streams.all()) {
      if (!stream.growSendWindow(change)) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "A stream's window is too large");
      }
    }
  }

  /** Lets waiting streams send by turns, a frame each, while the connection takes DATA. */
  private sendBlocked(): void {
    for (const stream of this.blocked) {
      if (!this.canSendData()) return;
      if (stream.sendSome()) {
        this.blocked.delete(stream);
        this.blocked.add(stream);
      }
    }
  }

  private onWritten(): void {
    if (this.state === "closing") {
      if (this.outbound.queuedBytes === 0) this.transport.end();
      return;
    }
    if (this.readingPaused && this.outbound.queuedBytes <= READ_PAUSE_BYTES) {
      this.readingPaused = false;
      this.transport.resume();
    }
    this.sendBlocked();
  }

  private watchForStall(): void {
    const { stallTimeoutMs } = this.limits;
    if (stallTimeoutMs === 0 || this.stallTimer !== undefined) return;
    const { bytesTaken } = this.outbound;
    for (const stream of this.blocked) stream.sentInSpan = 0;
    this.stallTimer = setTimeout(() => {
      this.stallTimer = undefined;
      this.checkStall(bytesTaken);
    }, stallTimeoutMs);
  }

  private checkStall(bytesTakenBefore: number): void {
    const socketStalled = this.outbound.queuedBytes > 0 &&
      this.outbound.bytesTaken === bytesTakenBefore;
    if (socketStalled) {
      return this.fail(new LimitError("stallTimeoutMs", "The socket takes nothing"));
    }
    for (const stream of this.blocked) {
      if (stream.sentInSpan >= MIN_PROGRESS_BYTES) continue;
      this.report("stallTimeoutMs", `Stream ${stream.id} does not take its response`);
      stream.close(ErrorCode.ENHANCE_YOUR_CALM);
    }
    if (this.blocked.size > 0 || this.readingPaused) this.watchForStall();
  }

  // -------------------------------------------------------------------------------- life cycle

  private startHandshakeTimer(
    limit: "prefaceTimeoutMs" | "settingsAckTimeoutMs",
    code: number,
  ): void {
    clearTimeout(this.handshakeTimer);
    const timeoutMs = this.limits[limit];
    if (timeoutMs === 0) return;
    this.handshakeTimer = setTimeout(
      () => this.fail(new LimitError(limit, `Nothing came in ${timeoutMs} ms`, code)),
      timeoutMs,
    );
  }

  /** 5.4.1. Anything but a ConnectionError is a fault of this server. */
  private fail(error: unknown): void {
    if (this.state === "closing" || this.state === "closed") return;
    const isPeersFault = error instanceof ConnectionError;
    if (error instanceof LimitError) this.report(error.limit, error.message);
    if (!isPeersFault) this.events.onHandlerError(error);
    this.sendGoaway(
      isPeersFault ? error.code : ErrorCode.INTERNAL_ERROR,
      isPeersFault ? Buffer.from(error.message) : NO_DEBUG_DATA,
    );
    this.terminateStreams(isPeersFault ? error.code : ErrorCode.INTERNAL_ERROR);
    this.endTransport();
  }

  private report(limit: string, reason: string): void {
    if (this.reported.has(limit)) return;
    this.reported.add(limit);
    this.events.onLimit(limit, reason);
  }

  /** The second half of `close`. */
  private finish(): void {
    if (this.state !== "open" && this.state !== "draining") return;
    clearTimeout(this.endTimer);
    this.state = "finishing";
    this.acceptedUpTo = this.lastStreamId;
    this.sendGoaway(ErrorCode.NO_ERROR, NO_DEBUG_DATA);
    if (this.streams.size === 0) this.endTransport();
  }

  private sendGoaway(code: number, debugData: Buffer): void {
    this.outbound.goaway(Math.min(this.lastStreamId, this.acceptedUpTo), code, debugData);
  }

  private terminateStreams(code: number): void {
    for (const stream of this.streams.all()) stream.terminate(code);
  }

  /** What was written still leaves, if the peer takes it soon. */
  private endTransport(): void {
    if (this.state === "closing" || this.state === "closed") return;
    this.state = "closing";
    this.reader.stop();
    clearTimeout(this.handshakeTimer);
    clearTimeout(this.stallTimer);
    clearTimeout(this.endTimer);
    this.endTimer = setTimeout(() => this.transport.destroy(), LINGER_MS);
    // Unread bytes would turn the end into a reset, and the peer would never see the GOAWAY.
    if (this.readingPaused) this.transport.resume();
    this.outbound.flush();
    if (this.outbound.queuedBytes === 0) this.transport.end();
  }
}

function elapsed(since: number): number {
  return performance.now() - since;
}

function protocolError(reason: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, `Cannot go on: ${reason}`);
}
