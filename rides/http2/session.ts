import { Buffer } from "node:buffer";
import { Connection, type ConnectionEvents, type StreamEvents } from "./connection.ts";
import { endInTurn } from "./end_in_turn.ts";
import { ConnectionError, ErrorCode, LimitError } from "./errors.ts";
import { MAX_STREAM_ID } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import type { LimitName, Limits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import type { OutputEvents, Sink } from "./output.ts";
import { Patience, type PatienceEvents } from "./patience.ts";
import type { PingCallback } from "./pings.ts";
import type { Watched } from "./session_watch.ts";
import { serverSettings } from "./settings.ts";
import { TURN_MS } from "./turn.ts";
import { type ReadingEvents, TurnReader } from "./turn_reader.ts";

/** The part of a socket that a session needs. */
export interface Transport extends Sink {
  /** False once it has ended or is gone, which may be of its own accord. */
  readonly writable: boolean;
  /** Sends what was written, then closes. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** What a session asks of its user. */
export interface SessionEvents extends StreamEvents {
  /** The peer went over a limit; called once in the life of a session for each limit. */
  onLimit(limit: LimitName, reason: string): void;
  /** Whether this turn of the event loop has no time left for connections that have asked for nothing yet. */
  isBusy(): boolean;
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
/** How long the peer has to take the last GOAWAY and close. */
const LINGER_MS = 500;
/**
 * The longest time between the two GOAWAYs of a graceful end, for a peer that does not answer the PING
 * between them. As long as in grpc-go: phones sleep, and networks queue. Whoever shuts down a server
 * sets a limit of its own.
 */
const DRAIN_MS = 5_000;
const NO_DEBUG_DATA = Buffer.alloc(0);

/** The life of a connection from a client, from its preface to the end of its socket. */
export class Session
  implements ConnectionEvents, ReadingEvents, PatienceEvents, OutputEvents, Watched {
  readonly outbound: Outbound;
  readonly connection: Connection;
  state: SessionState = "open";

  private readonly reader: TurnReader;
  private readonly patience: Patience;
  private readonly reported: LimitName[] = [];
  private greeted = false;
  private announcedGoaway = false;
  place = -1;
  /** When the peer has had enough time for what the end waits for; see {@link checkPatience}. */
  private overdueMs = Infinity;

  constructor(
    private readonly transport: Transport,
    limits: Limits,
    private readonly events: SessionEvents,
    turnMs: number = TURN_MS,
    private readonly drainMs: number = DRAIN_MS,
  ) {
    this.outbound = new Outbound(limits, transport, this);
    this.outbound.settings(serverSettings(limits)); // 3.4
    this.connection = new Connection(limits, this.outbound, events, this);
    const frames = new FrameReader(limits.maxFrameBytes, this.connection.inbound);
    this.reader = new TurnReader(frames, transport, this, turnMs);
    this.patience = new Patience(limits, this.connection, this);
  }

  /** Bytes that the handlers have yet to take, or the peer; 0 after the end, when none is kept. */
  get bufferedBytes(): number {
    if (this.isOver) return 0;
    const { unreadBytes, sendQueue } = this.connection;
    return unreadBytes + sendQueue.bytes + this.outbound.queuedBytes;
  }

  checkPatience(now: number): void {
    if (now < this.overdueMs) return this.patience.check(now);
    this.overdueMs = Infinity;
    if (this.state === "draining") this.finish();
    else endInTurn(() => this.transport.destroy());
  }

  // ---------------------------------------------------------------------------- for the transport

  /** Takes what has come; never throws. */
  receive(chunk: Buffer): void {
    this.reader.take(chunk);
  }

  /** The peer has closed its side, so that no request can be finished and no window opened. */
  onTransportEnd(): void {
    this.connection.abandonStreams();
    this.endTransport();
  }

  /** The transport is gone. */
  onTransportClosed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.reader.stop();
    this.outbound.close();
    this.patience.end();
    this.connection.sendQueue.stopWatching();
    this.connection.abandonStreams();
    this.connection.pings.abandon();
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
    if (!this.greeted) return this.finish();
    this.overdueMs = performance.now() + this.drainMs;
    this.ping(() => this.finish());
  }

  /** Ends at once: open streams are cut off. */
  destroy(code: number = ErrorCode.NO_ERROR): void {
    if (this.isOver) return;
    this.sendGoaway(code, NO_DEBUG_DATA);
    this.connection.terminateStreams(ErrorCode.CANCEL);
    this.endTransport();
  }

  /** 5.4.1: cannot go on. Anything but a ConnectionError is a fault of this server. */
  fail(error: unknown): void {
    if (this.isOver) return;
    const isPeersFault = error instanceof ConnectionError;
    const code = isPeersFault ? error.code : ErrorCode.INTERNAL_ERROR;
    if (error instanceof LimitError) this.onLimit(error.limit, error.message);
    if (!isPeersFault) this.events.onHandlerError(error);
    this.sendGoaway(code, isPeersFault ? Buffer.from(error.message) : NO_DEBUG_DATA);
    this.connection.terminateStreams(code);
    this.endTransport();
  }

  /** Sends GOAWAY and nothing else; to end, `close` follows. */
  goaway(code: number, lastStreamId: number, opaque: Buffer = NO_DEBUG_DATA): void {
    if (this.isOver) return;
    this.announcedGoaway ||= lastStreamId === MAX_STREAM_ID;
    this.outbound.goaway(this.connection.ids.announce(lastStreamId), code, opaque);
  }

  /** False if too many pings are open, or the session is closed. */
  ping(callback: PingCallback): boolean {
    return !this.isOver && this.connection.pings.send(callback);
  }

  // ----------------------------------------------------------------------------- ConnectionEvents

  onGreeting(): void {
    this.greeted = true;
    this.patience.awaitSettingsAck();
  }

  onSettingsAcked(): void {
    this.patience.awaitRequests();
  }

  /** The client opens no more streams, so there is no round trip to wait for. */
  onClientGoaway(): void {
    this.finish();
  }

  onIdle(): void {
    if (this.state === "finishing") this.endWhenSent();
    // The client waits for nothing but this answer, unless more of its frames are about to be read.
    else if (!this.reader.isReading) this.outbound.flush();
  }

  onLimit(limit: LimitName, reason: string): void {
    if (this.reported.includes(limit)) return;
    this.reported.push(limit);
    this.events.onLimit(limit, reason);
  }

  // ------------------------------------------------------------------------------- ReadingEvents

  onRead(): void {
    this.connection.deliver();
  }

  hasBacklog(): boolean {
    return this.outbound.queuedBytes > READ_PAUSE_BYTES;
  }

  onBacklog(): void {
    this.connection.sendQueue.watch();
  }

  /** Of a crowd that comes all at once each has little to say, but together they would keep up those at work. */
  isToWait(): boolean {
    return this.connection.ids.last === 0 && this.events.isBusy();
  }

  // -------------------------------------------------------------------------------- OutputEvents

  onWritten(): void {
    if (this.state === "closing") {
      this.endWhenTaken();
      return;
    }
    this.reader.resume();
    this.connection.sendQueue.send();
    if (this.state === "finishing" && this.connection.openStreams === 0) this.endWhenSent();
  }

  // -------------------------------------------------------------------------------------- steps

  private get isOver(): boolean {
    return this.state === "closing" || this.state === "closed";
  }

  /** The last GOAWAY: streams that are open finish, none begins. */
  private finish(): void {
    if (this.state !== "open" && this.state !== "draining") return;
    this.state = "finishing";
    this.overdueMs = Infinity;
    this.connection.ids.acceptNoMore();
    this.sendGoaway(ErrorCode.NO_ERROR, NO_DEBUG_DATA);
    if (this.connection.openStreams === 0) this.endWhenSent();
  }

  private sendGoaway(code: number, debugData: Buffer): void {
    this.outbound.goaway(this.connection.ids.announce(), code, debugData);
  }

  /** A graceful end cuts off no answer, as long as the peer takes what waits for it. */
  private endWhenSent(): void {
    if (this.outbound.queuedBytes === 0) this.endTransport();
    else this.connection.sendQueue.watch();
  }

  /** Closes when what was written has left, or after LINGER_MS. */
  private endTransport(): void {
    if (this.isOver) return;
    this.state = "closing";
    this.reader.stop();
    this.patience.end();
    this.connection.sendQueue.stopWatching();
    this.overdueMs = performance.now() + LINGER_MS;
    this.outbound.flush();
    this.endWhenTaken();
  }

  /** Ending a socket twice would make an error, with its stack, of which nobody hears. */
  private endWhenTaken(): void {
    if (this.outbound.queuedBytes === 0 && this.transport.writable) this.transport.end();
  }
}
