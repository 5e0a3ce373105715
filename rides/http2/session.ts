import { Buffer } from "node:buffer";
import { Connection, type ConnectionEvents, type StreamEvents } from "./connection.ts";
import { ConnectionError, ErrorCode, LimitError } from "./errors.ts";
import { MAX_STREAM_ID } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import type { LimitName, Limits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import type { Sink } from "./output.ts";
import type { PingCallback } from "./pings.ts";
import { serverSettings } from "./settings.ts";
import { afterOthers, currentTurn, TURN_MS } from "./turn.ts";

/** The part of a socket that a session needs. */
export interface Transport extends Sink {
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
/** How often an idle connection is looked at before it ends. */
const IDLE_LOOKS = 4;
/** Between the two GOAWAYs of a graceful end, when the peer does not answer the PING between. */
const DRAIN_MS = 1_000;
const NO_DEBUG_DATA = Buffer.alloc(0);

/** The life of a connection from a client, from its preface to the end of its socket. */
export class Session implements ConnectionEvents {
  readonly outbound: Outbound;
  readonly connection: Connection;
  state: SessionState = "open";

  private readonly reader: FrameReader;
  private readonly reported = new Set<LimitName>();
  private greeted = false;
  private announcedGoaway = false;
  private reading = false;
  private readingPaused = false;
  private discarded = 0;
  /** Until the preface, then the acknowledgement of SETTINGS, then the first request, then the next. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private turn = -1;
  private turnEndsAt = 0;
  /** What has come and waits for the next turn: at most what the transport gives at once. */
  private readonly unread: Buffer[] = [];
  /** Set while the other connections have their turn. */
  private callOffTurn: (() => void) | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly limits: Limits,
    private readonly events: SessionEvents,
    private readonly turnMs: number = TURN_MS,
  ) {
    this.outbound = new Outbound(limits, transport, () => this.onWritten());
    this.outbound.settings(serverSettings(limits)); // 3.4
    this.connection = new Connection(limits, this.outbound, events, this);
    this.reader = new FrameReader(limits.maxFrameBytes, this.connection.inbound);
    this.startTimer("prefaceTimeoutMs", ErrorCode.PROTOCOL_ERROR);
  }

  /** What has come and was not taken, and what was written and was not taken; nothing of it after the end. */
  get bufferedBytes(): number {
    if (this.isOver) return 0;
    const { unreadBytes, sendQueue } = this.connection;
    return unreadBytes + sendQueue.bytes + this.outbound.queuedBytes;
  }

  // ---------------------------------------------------------------------------- for the transport

  /** Takes what has come; never throws. */
  receive(chunk: Buffer): void {
    if (this.state === "closing") return this.discard(chunk);
    if (this.state === "closed") return;
    this.unread.push(chunk);
    if (this.callOffTurn === undefined) this.readTurn();
  }

  /** The peer has closed its side, so that no request can be finished and no window opened. */
  onTransportEnd(): void {
    this.connection.terminateStreams(ErrorCode.CANCEL);
    this.endTransport();
  }

  /** The transport is gone. */
  onTransportClosed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.reader.stop();
    this.unread.length = 0;
    this.outbound.close();
    clearTimeout(this.timer);
    clearTimeout(this.endTimer);
    this.callOffTurn?.();
    this.connection.sendQueue.stopWatching();
    this.connection.terminateStreams(ErrorCode.CANCEL);
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
    this.endTimer = setTimeout(() => this.finish(), DRAIN_MS);
    this.ping(() => this.finish());
  }

  /** Ends at once: open streams are cut off. */
  destroy(code: number = ErrorCode.NO_ERROR): void {
    if (this.isOver) return;
    this.sendGoaway(code, NO_DEBUG_DATA);
    this.connection.terminateStreams(ErrorCode.CANCEL);
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
    this.startTimer("settingsAckTimeoutMs", ErrorCode.SETTINGS_TIMEOUT);
  }

  onSettingsAcked(): void {
    clearTimeout(this.timer);
    this.watchRequests(performance.now(), 0);
  }

  /** There is no round trip to wait for. */
  onClientGoaway(): void {
    this.finish();
  }

  onIdle(): void {
    if (this.state === "finishing") this.endWhenSent();
    // The client waits for this answer alone. While reading, more is about to come.
    else if (!this.reading) this.outbound.flush();
  }

  onLimit(limit: LimitName, reason: string): void {
    if (this.reported.has(limit)) return;
    this.reported.add(limit);
    this.events.onLimit(limit, reason);
  }

  onFailure(error: ConnectionError): void {
    this.fail(error);
  }

  // -------------------------------------------------------------------------------------- steps

  private onWritten(): void {
    if (this.state === "closing") {
      if (this.outbound.queuedBytes === 0) this.transport.end();
      return;
    }
    this.resumeReading();
    this.connection.sendQueue.send();
    if (this.state === "finishing" && this.connection.openStreams === 0) this.endWhenSent();
  }

  private get isOver(): boolean {
    return this.state === "closing" || this.state === "closed";
  }

  /**
   * Reads what is there, but no longer than its turn: Deno reads a socket for as long as there are bytes,
   * and a connection that keeps the server busy would keep it to itself.
   */
  private readTurn(): void {
    const turn = currentTurn();
    if (turn !== this.turn) {
      this.turn = turn;
      this.turnEndsAt = performance.now() + this.turnMs;
    }
    let turnIsOver = false;
    this.reading = true;
    try {
      for (let chunk; !turnIsOver && (chunk = this.unread.shift()) !== undefined;) {
        const rest = this.reader.feed(chunk, this.turnEndsAt);
        if (rest !== undefined) this.unread.unshift(rest);
        turnIsOver = performance.now() > this.turnEndsAt;
      }
      this.connection.deliver();
    } catch (error) {
      this.fail(error);
    }
    this.reading = false;
    if (this.isOver) return;
    if (turnIsOver) {
      this.pauseReading();
      this.callOffTurn = afterOthers(() => {
        this.callOffTurn = undefined;
        this.readTurn();
        this.resumeReading();
      });
    } else if (this.outbound.queuedBytes > READ_PAUSE_BYTES) {
      this.pauseReading();
      this.connection.sendQueue.watch();
    }
  }

  private pauseReading(): void {
    this.readingPaused = true;
    this.transport.pause();
  }

  /** Unless the answers are still in the way, or the others have not had their turn. */
  private resumeReading(): void {
    if (!this.readingPaused || this.callOffTurn !== undefined) return;
    if (this.outbound.queuedBytes > READ_PAUSE_BYTES) return;
    this.readingPaused = false;
    this.transport.resume();
  }

  /** A peer that keeps sending after its end shall not keep the server busy until it is gone. */
  private discard(chunk: Buffer): void {
    this.discarded += chunk.length;
    if (this.discarded > MAX_DISCARDED_BYTES) this.transport.pause();
  }

  private startTimer(
    limit: "prefaceTimeoutMs" | "settingsAckTimeoutMs",
    code: number,
  ): void {
    clearTimeout(this.timer);
    const timeoutMs = this.limits[limit];
    if (timeoutMs === 0) return;
    this.timer = setTimeout(
      () => this.fail(new LimitError(limit, `Nothing came in ${timeoutMs} ms`, code)),
      timeoutMs,
    );
  }

  /**
   * Ends the connection where no request comes for too long after the time `since`, when the last stream
   * was `lastStream`. It looks from time to time, so that a request costs nothing here; the end of an
   * idle connection can be a look late.
   */
  private watchRequests(since: number, lastStream: number): void {
    const { firstRequestTimeoutMs, idleTimeoutMs } = this.limits;
    const isFirst = lastStream === 0;
    const allowedMs = isFirst ? firstRequestTimeoutMs : idleTimeoutMs;
    const end = allowedMs > 0 ? since + allowedMs : Infinity;
    const lookMs = idleTimeoutMs > 0 ? idleTimeoutMs / IDLE_LOOKS : Infinity;
    const waitMs = Math.min(lookMs, Math.max(0, end - performance.now()));
    if (waitMs === Infinity) return;
    this.timer = setTimeout(() => {
      const now = performance.now();
      const { ids, openStreams } = this.connection;
      if (openStreams > 0 || ids.last !== lastStream) return this.watchRequests(now, ids.last);
      if (now < end) return this.watchRequests(since, lastStream);
      if (isFirst) this.onLimit("firstRequestTimeoutMs", `No request came in ${allowedMs} ms`);
      this.close();
    }, waitMs);
  }

  /** 5.4.1. Anything but a ConnectionError is a fault of this server. */
  fail(error: unknown): void {
    if (this.isOver) return;
    const isPeersFault = error instanceof ConnectionError;
    if (error instanceof LimitError) this.onLimit(error.limit, error.message);
    if (!isPeersFault) this.events.onHandlerError(error);
    this.sendGoaway(
      isPeersFault ? error.code : ErrorCode.INTERNAL_ERROR,
      isPeersFault ? Buffer.from(error.message) : NO_DEBUG_DATA,
    );
    this.connection.terminateStreams(isPeersFault ? error.code : ErrorCode.INTERNAL_ERROR);
    this.endTransport();
  }

  /** The last GOAWAY: streams that are open finish, none begins. */
  private finish(): void {
    if (this.state !== "open" && this.state !== "draining") return;
    clearTimeout(this.endTimer);
    this.state = "finishing";
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

  /** What was written still leaves, if the peer takes it soon. */
  private endTransport(): void {
    if (this.isOver) return;
    this.state = "closing";
    this.reader.stop();
    this.unread.length = 0;
    clearTimeout(this.timer);
    this.connection.sendQueue.stopWatching();
    clearTimeout(this.endTimer);
    this.callOffTurn?.();
    this.endTimer = setTimeout(() => this.transport.destroy(), LINGER_MS);
    // Unread bytes would turn the end into a reset, and the peer would never see the GOAWAY.
    if (this.readingPaused) this.transport.resume();
    this.outbound.flush();
    if (this.outbound.queuedBytes === 0) this.transport.end();
  }
}
