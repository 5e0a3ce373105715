/**
 * Presents the engine's sessions and streams as those of `node:http2`, as far as @grpc/grpc-js 1.14 uses
 * them. Neither is an event emitter, and a stream is none of Node's.
 */
import type { Buffer } from "node:buffer";
import type net from "node:net";
import tls from "node:tls";
import type { SessionWatch } from "./session_watch.ts";
import type { Connection } from "./connection.ts";
import { ErrorCode } from "./errors.ts";
import type { IncomingHeaders } from "./header_section.ts";
import type { LimitListener, LimitName, Limits } from "./limits.ts";
import { peerOf } from "./peer.ts";
import type { PingCallback } from "./pings.ts";
import { Session, type SessionEvents } from "./session.ts";
import { Stream, type StreamEvent } from "./stream.ts";
import { hasTime } from "./after_others.ts";
import { endInTurn } from "./end_in_turn.ts";

type Listener = (chunk?: Buffer) => void;

/** What a handler of "stream" gets. */
export class Http2Stream extends Stream {
  /** Pairs of an event and its listener; among the few of a call, a search is faster than any map. */
  private listeners: (string | Listener)[] = [];

  constructor(
    id: number,
    owner: Connection,
    sendWindow: number,
    receiveWindow: number,
    readonly session: Http2Session,
  ) {
    super(id, owner, sendWindow, receiveWindow);
  }

  on(event: string, listener: Listener): this {
    this.listeners.push(event, listener);
    if (event === "data") this.flow();
    return this;
  }

  once(event: string, listener: Listener): this {
    // Every other event comes only once.
    if (event !== "data" && event !== "drain") return this.on(event, listener);
    const first: Listener = (chunk) => {
      // A new list, since `onEvent` is going through the present one.
      this.listeners = this.listeners.toSpliced(this.listeners.indexOf(first) - 1, 2);
      listener(chunk);
    };
    return this.on(event, first);
  }

  protected override onEvent(event: StreamEvent, chunk?: Buffer): void {
    const { listeners } = this;
    for (let i = 0; i < listeners.length; i += 2) {
      if (listeners[i] === event) (listeners[i + 1] as Listener)(chunk);
    }
  }
}

/** What a handler of "session" gets; all that happens to it is "close". */
export class Http2Session implements SessionEvents {
  private readonly core: Session;
  private closeListeners: readonly (() => void)[] = [];

  constructor(
    readonly socket: net.Socket,
    private readonly server: net.Server,
    limits: Limits,
    private readonly listener: LimitListener | undefined,
    watch: SessionWatch,
  ) {
    this.core = new Session(socket, limits, this);
    watch.add(this.core);
    socket.on("data", (chunk: Buffer) => this.core.receive(chunk));
    socket.on("end", () => {
      // node:net ends its side too, and would answer anything written from here on with an error.
      this.core.outbound.close();
      endInTurn(() => this.core.onTransportEnd());
    });
    // "close" follows, and a peer that hangs up is no failure of this server.
    socket.on("error", () => this.core.outbound.close());
    socket.on("close", () =>
      endInTurn(() => {
        this.core.onTransportClosed();
        watch.delete(this.core);
        // Behind its streams.
        endInTurn(() => this.closeListeners.forEach((listener) => listener()));
      }));
  }

  on(event: "close", listener: () => void): this {
    // A new list, since one that grows has room for many more.
    if (event === "close") this.closeListeners = [...this.closeListeners, listener];
    return this;
  }

  once(event: "close", listener: () => void): this {
    return this.on(event, listener);
  }

  get encrypted(): boolean {
    return this.socket instanceof tls.TLSSocket;
  }

  get destroyed(): boolean {
    const { state } = this.core;
    return state === "closing" || state === "closed";
  }

  get closed(): boolean {
    return this.core.state !== "open";
  }

  get state(): { localWindowSize: number; remoteWindowSize: number } {
    return {
      localWindowSize: this.core.connection.receiveWindow,
      remoteWindowSize: this.core.outbound.window,
    };
  }

  goaway(code: number = ErrorCode.NO_ERROR, lastStreamId = 0, opaque?: Buffer): void {
    this.core.goaway(code, lastStreamId, opaque);
  }

  /** Ends when the streams have; `callback` is called when the socket has closed. */
  close(callback?: () => void): void {
    if (this.closed) return;
    if (callback) this.once("close", callback);
    this.core.close();
  }

  destroy(code?: number): void {
    this.core.destroy(code);
  }

  ping(callback: PingCallback): boolean {
    return this.core.ping(callback);
  }

  createStream(id: number, sendWindow: number, receiveWindow: number): Stream {
    return new Http2Stream(id, this.core.connection, sendWindow, receiveWindow, this);
  }

  onStream(stream: Stream, headers: IncomingHeaders): void {
    this.server.emit("stream", stream, headers);
  }

  onLimit(limit: LimitName, reason: string): void {
    this.listener?.(limit, reason, peerOf(this.socket));
  }

  isBusy(): boolean {
    return !hasTime();
  }

  /** Thrown where nobody catches it, as an event emitter would have it: it must not go unnoticed. */
  onHandlerError(error: unknown): void {
    queueMicrotask(() => {
      throw error;
    });
  }
}
