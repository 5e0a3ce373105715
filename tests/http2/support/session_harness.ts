/** A session without a socket: what it gets and what it sends are bytes in memory. */
import { Buffer } from "node:buffer";
import type { IncomingHeaders } from "../../../rides/http2/header_section.ts";
import { type Limits, resolveLimits } from "../../../rides/http2/limits.ts";
import { SessionWatch } from "../../../rides/http2/session_watch.ts";
import { Session, type SessionEvents, type Transport } from "../../../rides/http2/session.ts";
import { Stream, type StreamEvent } from "../../../rides/http2/stream.ts";
import { type Frame, parseFrames, PREFACE, settings, SETTINGS_ACK } from "./frames.ts";

export class RecordingStream extends Stream {
  readonly events: string[] = [];
  readonly received: Buffer[] = [];
  onNotify: (event: StreamEvent, chunk?: Buffer) => void = () => {};

  get body(): string {
    return Buffer.concat(this.received).toString("latin1");
  }

  protected override onEvent(event: StreamEvent, chunk?: Buffer): void {
    if (chunk) this.received.push(chunk);
    else this.events.push(event);
    this.onNotify(event, chunk);
  }
}

class MemoryTransport implements Transport {
  readonly written: Buffer[] = [];
  readonly held: (() => void)[] = [];
  /** While true, the socket does not take what it is given. */
  holding = false;
  paused = false;
  ended = false;
  destroyed = false;

  get writable(): boolean {
    return !this.ended && !this.destroyed;
  }

  write(bytes: Buffer, done: () => void): void {
    this.written.push(Buffer.from(bytes));
    if (this.holding) this.held.push(done);
    else queueMicrotask(done);
  }
  release(): void {
    this.holding = false;
    for (const done of this.held.splice(0)) done();
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
}

export interface HarnessOptions {
  readonly limits?: Partial<Limits>;
  /** Called with each request. */
  readonly onStream?: (stream: RecordingStream, headers: IncomingHeaders) => void;
  /** False: the client sends nothing of its own accord. */
  readonly handshake?: boolean;
  /** How long the session may read in a turn. Default: for as long as there is something. */
  readonly turnMs?: number;
  /** How long a graceful end waits for the client. Default: as in a server. */
  readonly drainMs?: number;
}

export class SessionHarness implements SessionEvents, Disposable {
  readonly transport = new MemoryTransport();
  readonly session: Session;
  private readonly watch: SessionWatch;
  readonly streams: RecordingStream[] = [];
  readonly requests: IncomingHeaders[] = [];
  readonly limitsHit: string[] = [];
  readonly handlerErrors: unknown[] = [];

  constructor(private readonly options: HarnessOptions = {}) {
    const { limits = {}, turnMs = Infinity, drainMs } = options;
    // Tests ask by pings how far a session is.
    const resolved = resolveLimits({ minPingIntervalMs: 0, ...limits });
    this.session = new Session(this.transport, resolved, this, turnMs, drainMs);
    this.watch = new SessionWatch(resolved);
    this.watch.add(this.session);
    if (options.handshake !== false) this.send(PREFACE, settings(), SETTINGS_ACK);
  }

  createStream(id: number, sendWindow: number, receiveWindow: number): Stream {
    return new RecordingStream(id, this.session.connection, sendWindow, receiveWindow);
  }
  onStream(stream: Stream, headers: IncomingHeaders): void {
    this.streams.push(stream as RecordingStream);
    this.requests.push(headers);
    this.options.onStream?.(stream as RecordingStream, headers);
  }
  onLimit(limit: string): void {
    this.limitsHit.push(limit);
  }
  isBusy(): boolean {
    return false;
  }
  onHandlerError(error: unknown): void {
    this.handlerErrors.push(error);
  }

  /** What the client sends, in one piece. */
  send(...bytes: Uint8Array[]): void {
    this.session.receive(Buffer.concat(bytes));
  }

  /** The frames that the server has sent, of one type if that is given. */
  async sent(type?: number): Promise<Frame[]> {
    await turn();
    const frames = parseFrames(Buffer.concat(this.transport.written));
    return type === undefined ? frames : frames.filter((frame) => frame.type === type);
  }

  [Symbol.dispose](): void {
    this.session.onTransportClosed();
    this.watch.delete(this.session);
  }
}

/** One turn of the event loop, after which what was written has left. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
