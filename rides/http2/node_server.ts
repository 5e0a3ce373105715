/**
 * Presents the engine as what `node:http2`'s `createServer` and `createSecureServer` return, as far
 * as @grpc/grpc-js 1.14 uses it: a server of `node:net` or `node:tls` that emits "session" and
 * "stream". Streams are no node streams, and sessions alone are event emitters.
 */
import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { Admission } from "./admission.ts";
import { BufferGuard } from "./buffer_guard.ts";
import type { Connection } from "./connection.ts";
import { ErrorCode } from "./errors.ts";
import type { IncomingHeaders } from "./header_section.ts";
import { type LimitName, type Limits, resolveLimits } from "./limits.ts";
import type { PingCallback } from "./pings.ts";
import { peerOf } from "./peer.ts";
import { Session, type SessionEvents, type SessionState } from "./session.ts";
import { Stream, type StreamEvent } from "./stream.ts";

export interface ServerOptions {
  /** What differs from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /**
   * Called once a connection and limit; `peer` is an address with its port, as in "127.0.0.1:80" or
   * "[::1]:80", or "unknown" if it was gone before it was heard.
   */
  readonly onLimit?: (limit: LimitName, reason: string, peer: string) => void;
  /** Called for each client that fails its TLS handshake, with what TLS says. */
  readonly onHandshakeFailure?: (reason: string, peer: string) => void;
  /** What counts connections, shared with other servers. Default: of this one alone, by `limits`. */
  readonly admission?: Admission;
  /** What bounds the bytes of all connections, shared with other servers. Default: of this one alone. */
  readonly buffers?: BufferGuard;
  /** As in `node:http2`; it goes over `limits.maxConcurrentStreams`. */
  readonly settings?: { readonly maxConcurrentStreams?: number };
}

export type SecureServerOptions = ServerOptions & tls.TlsOptions;

/** The longest that a timer waits: zero is taken for the default of 120 seconds. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

type Listener = (chunk?: Buffer) => void;

/** What a handler of "stream" gets. */
export class Http2Stream extends Stream {
  /** Events and their listeners by turns: a list of six is faster than any map. */
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
    // The others happen once.
    if (event !== "data" && event !== "drain") return this.on(event, listener);
    const first: Listener = (chunk) => {
      // A new list, since the present one is being gone through.
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

/** What a handler of "session" gets; emits "close". */
export class Http2Session extends EventEmitter implements SessionEvents {
  private readonly core: Session;

  constructor(
    readonly socket: net.Socket,
    private readonly server: net.Server,
    limits: Limits,
    private readonly listener: ServerOptions["onLimit"],
    buffers: BufferGuard,
  ) {
    super();
    this.core = new Session(socket as ConstructorParameters<typeof Session>[0], limits, this);
    buffers.add(this.core);
    socket.on("data", (chunk: Buffer) => this.core.receive(chunk));
    socket.on("end", () => this.core.onTransportEnd());
    // "close" follows, and a peer that hangs up is no failure of this server.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.core.onTransportClosed();
      buffers.delete(this.core);
      this.emit("close");
    });
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

  get state(): { lifeCycle: SessionState; localWindowSize: number; remoteWindowSize: number } {
    return {
      lifeCycle: this.core.state,
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
    report(limit, reason, this.socket, this.listener);
  }

  /** As an event emitter would: whoever watches for uncaught errors hears of it. */
  onHandlerError(error: unknown): void {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** A plaintext server, for clients with prior knowledge (RFC 9113, 3.3). */
export function createServer(options: ServerOptions = {}): net.Server {
  const limits = serverLimits(options);
  const server = net.createServer({ noDelay: true });
  const start = sessionStarter(server, limits, options);
  server.on("connection", start);
  return withTimeout(server);
}

/** A TLS server; a client that does not choose "h2" by ALPN is refused (RFC 9113, 3.2). */
export function createSecureServer(options: SecureServerOptions = {}): tls.Server {
  const limits = serverLimits(options);
  const server = tls.createServer({
    minVersion: "TLSv1.2", // 9.2
    noDelay: true,
    handshakeTimeout: limits.tlsHandshakeTimeoutMs || NO_TIMEOUT_MS,
    ...options,
    ALPNProtocols: ["h2"],
  });
  // A client that fails its handshake is no failure of this server.
  server.on("tlsClientError", (error, socket) => {
    if (/handshake timeout/i.test(error.message)) {
      report("tlsHandshakeTimeoutMs", error.message, socket, options.onLimit);
    } else {
      options.onHandshakeFailure?.(error.message, peerOf(socket));
    }
    socket.destroy(); // Deno leaves it open, where Node does not.
  });
  destroyHandshakesOnClose(server);
  const start = sessionStarter(server, limits, options);
  server.on("secureConnection", (socket: tls.TLSSocket) => {
    if (socket.alpnProtocol === "h2") start(socket);
    else socket.destroy();
  });
  return withTimeout(server);
}

function serverLimits({ limits, settings }: ServerOptions): Limits {
  const maxConcurrentStreams = settings?.maxConcurrentStreams;
  return resolveLimits({
    ...limits,
    ...(maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams }),
  });
}

/** Guards the server, and starts a session on each socket that it is given. */
function sessionStarter(server: net.Server, limits: Limits, options: ServerOptions) {
  const { onLimit, admission = new Admission(limits, onLimit) } = options;
  const { buffers = new BufferGuard(limits) } = options;
  admission.guard(server);
  return (socket: net.Socket): void => {
    server.emit("session", new Http2Session(socket, server, limits, onLimit, buffers));
  };
}

/** `close` waits for every socket, and one that still shakes hands has no session that ends it. */
function destroyHandshakesOnClose(server: tls.Server): void {
  const shaking = new Map<string, net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    const peer = peerOf(socket);
    shaking.set(peer, socket);
    socket.once("close", () => shaking.delete(peer));
  });
  // This socket is another one, on top of that of "connection"; their peer is the same.
  server.on("secureConnection", (socket: tls.TLSSocket) => shaking.delete(peerOf(socket)));
  const close = server.close.bind(server);
  server.close = (callback) => {
    for (const socket of shaking.values()) socket.destroy();
    return close(callback);
  };
}

/** grpc-js turns off the time limit of idle connections, which is never on here. */
function withTimeout<S extends net.Server>(server: S): S {
  return Object.assign(server, { setTimeout: () => server });
}

function report(
  limit: LimitName,
  reason: string,
  socket: net.Socket,
  onLimit: ServerOptions["onLimit"],
): void {
  onLimit?.(limit, reason, peerOf(socket));
}
