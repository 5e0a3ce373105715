import type { Buffer } from "node:buffer";
import { INITIAL_TABLE_BYTES } from "./dynamic_table.ts";
import { endInTurn } from "./end_in_turn.ts";
import { ConnectionError, ErrorCode } from "./errors.ts";
import { FloodGuard } from "./flood_guard.ts";
import { INITIAL_WINDOW, MAX_WINDOW } from "./frame.ts";
import type { HeaderSection, IncomingHeaders } from "./header_section.ts";
import { Inbound, type InboundEvents } from "./inbound.ts";
import type { LimitName, Limits } from "./limits.ts";
import type { Outbound } from "./outbound.ts";
import { PingGuard } from "./ping_guard.ts";
import { Pings } from "./pings.ts";
import { SendQueue, type SendQueueEvents } from "./send_queue.ts";
import { type Setting, SettingId } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { StreamIds } from "./stream_ids.ts";
import { StreamTable } from "./stream_table.ts";

/**
 * The WINDOW_UPDATE frames that a request, and a frame of its response, may set off. Some clients open the
 * window of each stream, and all need one for its DATA, and one for the connection.
 */
const UPDATES = 10;

/** What a connection needs from the user of its streams. */
export interface StreamEvents {
  createStream(id: number, sendWindow: number, receiveWindow: number): Stream;
  /** A request has come; its body and end follow as events of the stream. */
  onStream(stream: Stream, headers: IncomingHeaders): void;
  /** The handler threw; its stream is reset. */
  onHandlerError(error: unknown): void;
}

/** What a connection tells its session. */
export interface ConnectionEvents {
  /** The client's first SETTINGS has come. */
  onGreeting(): void;
  /** The client has acknowledged ours. */
  onSettingsAcked(): void;
  /** The client opens no more streams. */
  onClientGoaway(): void;
  /** The last open stream has ended. */
  onIdle(): void;
  /** A limit was passed that the connection survives. */
  onLimit(limit: LimitName, reason: string): void;
  /** The connection cannot go on (5.4.1). */
  fail(error: ConnectionError): void;
}

/** What frames do to the streams of a connection and to its flow control. */
export class Connection implements InboundEvents, SendQueueEvents {
  readonly inbound: Inbound;
  readonly ids: StreamIds;
  readonly pings: Pings;
  readonly sendQueue: SendQueue;
  /** 6.9.1: what the client may still send on all streams together. */
  receiveWindow = INITIAL_WINDOW;

  private readonly floods: FloodGuard;
  private pingGuard: PingGuard | undefined;
  private readonly streams = new StreamTable();
  /** Streams that have received something since they were last notified. */
  private touched: Stream[] = [];
  private greeted = false;
  private settingsAcked = false;
  private peerInitialWindow = INITIAL_WINDOW;
  private ownInitialWindow = INITIAL_WINDOW;
  private requests = 0;
  private windowUpdates = 0;
  private lateResets = 0;
  /** Consumed, but not yet credited to the client by WINDOW_UPDATE. */
  private uncredited = 0;
  private isAbandoned = false;

  constructor(
    readonly limits: Limits,
    readonly outbound: Outbound,
    private readonly handler: StreamEvents,
    private readonly session: ConnectionEvents,
  ) {
    this.ids = new StreamIds(limits.maxConcurrentStreams);
    this.floods = new FloodGuard(limits);
    this.inbound = new Inbound(limits, this.floods, this);
    this.pings = new Pings(outbound);
    this.sendQueue = new SendQueue(limits, outbound, this);
    this.growReceiveWindow(limits.connectionWindowBytes - INITIAL_WINDOW);
  }

  /** Bytes that have arrived and that the handlers have not taken. */
  get unreadBytes(): number {
    return this.limits.connectionWindowBytes - this.receiveWindow - this.uncredited;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** Delivers to the streams what has arrived since the last time. */
  deliver(): void {
    if (this.touched.length === 0) return;
    const touched = this.touched;
    this.touched = [];
    for (const stream of touched) stream.deliver();
  }

  terminateStreams(code: number): void {
    for (const stream of this.streams.all()) stream.terminate(code);
  }

  /** The client has left: its streams end by turns. */
  abandonStreams(): void {
    if (this.isAbandoned) return;
    this.isAbandoned = true;
    for (const stream of this.streams.all()) {
      endInTurn(() => stream.terminate(ErrorCode.CANCEL));
    }
  }

  // --------------------------------------------------------------------------------- for streams

  sendReset(streamId: number, code: number): void {
    this.outbound.reset(streamId, code);
    this.ids.rememberReset(streamId);
  }

  /** 6.9: bytes that were received on any stream no longer take space here. */
  creditConnection(bytes: number): void {
    this.uncredited += bytes;
    if (this.uncredited * 2 <= this.limits.connectionWindowBytes) return;
    const credit = this.uncredited;
    this.uncredited = 0;
    this.growReceiveWindow(credit);
  }

  forget(stream: Stream): void {
    this.streams.delete(stream.id);
    if (this.streams.size === 0) this.session.onIdle();
  }

  onHandlerError(stream: Stream, error: unknown): void {
    stream.close(ErrorCode.INTERNAL_ERROR);
    this.handler.onHandlerError(error);
  }

  // -------------------------------------------------------------------------- InboundEvents

  onHeaders(streamId: number, section: HeaderSection, endStream: boolean): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) return this.onTrailers(stream, section, endStream);
    if (!this.ids.isIdle(streamId)) return this.ids.check(streamId, "HEADERS");
    this.ids.open(streamId);
    if (this.ids.isIgnored(streamId)) return;

    section.checkRequest();
    if (section.exceeded !== undefined) return this.onExceeded(streamId, section.exceeded);
    if (section.malformed !== undefined) {
      return this.failStream(streamId, ErrorCode.PROTOCOL_ERROR);
    }
    if (this.streams.size >= this.limits.maxConcurrentStreams) {
      return this.failStream(streamId, ErrorCode.REFUSED_STREAM); // 5.1.2
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
      this.ids.check(streamId, "DATA");
      return this.creditConnection(flowBytes);
    }
    if (stream.hasEndedRemotely) {
      this.creditConnection(flowBytes);
      return this.failStream(streamId, ErrorCode.STREAM_CLOSED);
    }
    stream.receiveWindow -= flowBytes;
    if (stream.receiveWindow < 0) {
      this.creditConnection(flowBytes);
      return this.failStream(streamId, ErrorCode.FLOW_CONTROL_ERROR);
    }
    const padding = flowBytes - (end - start);
    if (padding > 0) {
      this.creditConnection(padding);
      stream.credit(padding);
    }
    const fits = stream.receive(source.subarray(start, end), endStream);
    if (!fits) return this.failStream(streamId, ErrorCode.PROTOCOL_ERROR);
    this.touch(stream);
  }

  onReset(streamId: number, code: number): void {
    this.ids.checkNotIdle(streamId, "RST_STREAM");
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      // The response and the client's reset may pass each other, once for each request.
      if (++this.lateResets > this.requests) this.floods.count("maxEmptyFramesPerInterval");
      return;
    }
    this.floods.count("maxResetsPerInterval");
    stream.terminate(code);
  }

  onSettings(settings: readonly Setting[]): void {
    for (const [id, value] of settings) {
      if (id === SettingId.HEADER_TABLE_SIZE) this.outbound.setTableBytes(value);
      else if (id === SettingId.INITIAL_WINDOW_SIZE) this.changeInitialWindow(value);
    }
    this.outbound.settingsAck();
    if (!this.greeted) {
      this.greeted = true;
      this.session.onGreeting();
    }
    this.sendQueue.send();
  }

  /** From here on our settings hold (6.5.3). */
  onSettingsAck(): void {
    if (this.settingsAcked) return;
    this.settingsAcked = true;
    this.session.onSettingsAcked();
    if (this.limits.headerTableBytes !== INITIAL_TABLE_BYTES) this.inbound.applyTableSetting();
    const change = this.limits.streamWindowBytes - this.ownInitialWindow;
    this.ownInitialWindow = this.limits.streamWindowBytes;
    for (const stream of this.streams.all()) stream.receiveWindow += change;
  }

  onPing(opaque: Buffer): void {
    this.pingGuard ??= new PingGuard(this.limits.minPingIntervalMs, this.outbound);
    this.pingGuard.check();
    this.outbound.ping(opaque, true);
  }

  onPingAck(opaque: Buffer): void {
    this.pings.acknowledge(opaque);
  }

  onGoaway(): void {
    this.session.onClientGoaway();
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (++this.windowUpdates > (this.requests + this.outbound.answers) * UPDATES) {
      this.floods.count("maxEmptyFramesPerInterval");
    }
    if (streamId === 0) {
      this.outbound.window += increment;
      if (this.outbound.window > MAX_WINDOW) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "The window is too large");
      }
    } else {
      this.ids.checkNotIdle(streamId, "WINDOW_UPDATE");
      const stream = this.streams.get(streamId);
      if (stream === undefined) return;
      if (!stream.growSendWindow(increment)) {
        return this.failStream(streamId, ErrorCode.FLOW_CONTROL_ERROR);
      }
    }
    this.sendQueue.send();
  }

  onStreamFault(streamId: number, code: number): void {
    if (this.ids.isIdle(streamId)) {
      throw new ConnectionError(code, `A wrong frame on idle stream ${streamId}`); // 6.4
    }
    if (this.streams.get(streamId) !== undefined) this.failStream(streamId, code);
    else this.floods.count("maxEmptyFramesPerInterval"); // 5.1: nothing is sent on a closed stream.
  }

  // -------------------------------------------------------------------------- SendQueueEvents

  onUntaken(stream: Stream, limit: LimitName): void {
    this.session.onLimit(limit, `Stream ${stream.id} does not take its response`);
    stream.close(ErrorCode.ENHANCE_YOUR_CALM);
  }

  fail(error: ConnectionError): void {
    this.session.fail(error);
  }

  // -------------------------------------------------------------------------------------- steps

  private openStream(streamId: number, section: HeaderSection, endStream: boolean): void {
    const stream = this.handler.createStream(
      streamId,
      this.peerInitialWindow,
      this.ownInitialWindow,
    );
    if (!stream.expectBody(section.contentLength, endStream)) {
      return this.failStream(streamId, ErrorCode.PROTOCOL_ERROR);
    }
    this.streams.add(stream);
    this.requests++;
    try {
      this.handler.onStream(stream, section.headers);
    } catch (error) {
      this.onHandlerError(stream, error);
    }
    stream.start();
    if (endStream) this.touch(stream);
  }

  /** 5.4.2: of a stream that is open, or would be but for the fault. */
  private failStream(streamId: number, code: number): void {
    this.floods.count("maxResetsPerInterval");
    this.sendReset(streamId, code);
    this.streams.get(streamId)?.terminate(code);
  }

  /** 8.1: a second header block ends the request. */
  private onTrailers(stream: Stream, section: HeaderSection, endStream: boolean): void {
    if (stream.hasEndedRemotely) {
      return this.failStream(stream.id, ErrorCode.STREAM_CLOSED);
    }
    section.checkTrailers();
    if (section.exceeded !== undefined) return this.onExceeded(stream.id, section.exceeded);
    const wellFormed = endStream && section.malformed === undefined;
    if (!wellFormed || !stream.receiveEnd()) {
      return this.failStream(stream.id, ErrorCode.PROTOCOL_ERROR);
    }
    this.touch(stream);
  }

  /** A header list, of a request or its trailers, is over a limit. */
  private onExceeded(streamId: number, limit: LimitName): void {
    this.session.onLimit(limit, `Stream ${streamId} has more headers than are allowed`);
    this.failStream(streamId, ErrorCode.ENHANCE_YOUR_CALM);
  }

  private touch(stream: Stream): void {
    this.touched.push(stream);
  }

  private growReceiveWindow(bytes: number): void {
    if (bytes === 0) return;
    this.receiveWindow += bytes;
    this.outbound.windowUpdate(0, bytes);
  }

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
}
