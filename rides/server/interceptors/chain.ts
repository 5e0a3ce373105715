import {
  type Deadline,
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status as Code,
  type StatusObject,
} from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";
import type { Caller, CallerContext } from "../auth/caller.ts";
import type { Inflater } from "./inflater.ts";
import { receiveWithin } from "./message_intake.ts";
import { CallMemory, type MessageMemory } from "./message_memory.ts";
import { connectionOf, type PeerConnection } from "./peer_connection.ts";

/** How a call ends. */
export type CallStatus = Pick<StatusObject, "code" | "details"> & { metadata?: Metadata | null };

/** A call on its way through the chain. */
export interface Call {
  /** The method, as in `/Rides/Start`. */
  readonly path: string;
  /** Whether it asks with a stream of messages. */
  readonly requestStream: boolean;
  /** Whether it is answered with a stream of messages. */
  readonly responseStream: boolean;
  /** When the call came, on the clock of `performance.now()`. */
  readonly startedMs: number;
  /** How long it took, in milliseconds; 0 until it has ended. */
  readonly durationMs: number;
  /** What it came on. */
  readonly connection: PeerConnection;
  /** What its messages take that have come in part, or are inflated and not yet delivered. */
  readonly heldBytes: number;
  /** Names the call in the log and in the answer. */
  requestId: string;
  /** The trace that the call is part of (W3C Trace Context); undefined where it is of none. */
  traceId: string | undefined;
  /** Who makes the call; undefined where that was not asked. */
  caller: Caller | undefined;
  /** The name of {@linkcode Call.caller}, for the log and for what is counted by caller. */
  readonly identity: string | undefined;
  /** How many messages the handler was given. */
  readonly messagesReceived: number;
  /** How many messages the handler has sent. */
  readonly messagesSent: number;
  /** What the request's messages took in DATA frames; over the transport `node` nobody knows. */
  readonly bytesReceived: number | undefined;
  /** What the answer's messages take in DATA frames; over the transport `node` nobody knows. */
  readonly bytesSent: number | undefined;
  /** Where {@linkcode CallGate} keeps the call; -1 where it does not. */
  place: number;
  /** Whether {@linkcode CallGate} counts the call. */
  counted: boolean;
  /** The client's address and port. */
  getPeer(): string;
  /** When the client gives up, as a date or in ms of `Date.now()`; `Infinity` if never. */
  getDeadline(): Deadline;
  /** What is known of the client by TLS, and of the caller. It takes as long as a short call does. */
  getAuthContext(): CallerContext;
  /** Ends the call, past its handler. */
  sendStatus(status: CallStatus): void;
}

/** Whether it asks with one message and is answered with one. */
export function isUnary({ requestStream, responseStream }: Call): boolean {
  return !requestStream && !responseStream;
}

/**
 * What one concern does at each point of a call. Messages are counted, never touched, and nothing is waited for:
 * all of it runs before the next call has its turn.
 */
export interface Interceptor {
  /**
   * The request's metadata have come; the handler gets them, with what was set in them, when all
   * interceptors have seen them. `call.sendStatus` refuses the call: neither the interceptors further in
   * nor the handler hear of it.
   */
  onRequest?(call: Call, metadata: Metadata): void;
  /** The answer's metadata are about to leave, with what is set in them here. */
  onResponse?(call: Call, metadata: Metadata): void;
  /** The call has ended: it was answered, or its client has left. Comes once for each call. */
  onEnd?(call: Call, status: CallStatus): void;
  /** After the end, when the handler of a unary call, which may outlive it, has ended too. Comes once. */
  onRelease?(call: Call): void;
}

/**
 * One interceptor of grpc-js that runs all of ours: in their order for a request, in reverse for its
 * answer.
 *
 * grpc-js would allow one of its interceptors for each, but makes six objects a call for every one of
 * them and two closures a message, which cost more than what ours do.
 */
export function chain(
  interceptors: readonly Interceptor[],
  messages: MessageMemory,
): ServerInterceptor {
  const outwards = [...interceptors].reverse();
  const releasing = outwards.filter((interceptor) => interceptor.onRelease);
  return (method, next) =>
    new InterceptedCall(method, next, interceptors, outwards, releasing, messages);
}

type Method = Parameters<ServerInterceptor>[0];
type Listener = Parameters<ServerInterceptingCallInterface["start"]>[0];

/** A call as its handler's own call of grpc-js has it, in a private field. */
export type HandledCall = Pick<InterceptedCall, "handlerBegan" | "handlerEnded">;

class InterceptedCall extends ServerInterceptingCall implements Call {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly connection: PeerConnection;
  readonly startedMs = performance.now();
  durationMs = 0;
  requestId = "";
  traceId: string | undefined = undefined;
  caller: Caller | undefined = undefined;
  messagesReceived = 0;
  messagesSent = 0;
  place = -1;
  counted = false;
  #handlerRuns = false;
  readonly #memory: CallMemory;
  readonly #inflater: Inflater | undefined;
  #metadataSent = false;
  #ended = false;

  constructor(
    { path, requestStream, responseStream }: Method,
    private readonly next: ServerInterceptingCallInterface,
    private readonly inwards: readonly Interceptor[],
    private readonly outwards: readonly Interceptor[],
    private readonly releasing: readonly Interceptor[],
    messages: MessageMemory,
  ) {
    super(next);
    this.path = path;
    this.requestStream = requestStream;
    this.responseStream = responseStream;
    this.connection = connectionOf(next);
    this.#memory = new CallMemory(messages, this.connection);
    this.#inflater = receiveWithin(this.#memory, next);
  }

  get heldBytes(): number {
    return this.#memory.bytes;
  }

  get identity(): string | undefined {
    return this.caller?.name;
  }

  /** Asked by handlers, and so the way on which they learn who calls: see `callerOf`. */
  override getAuthContext(): CallerContext {
    return { ...super.getAuthContext(), caller: this.caller };
  }

  get bytesReceived(): number | undefined {
    return streamBelow(this.next)?.bytesReceived;
  }

  get bytesSent(): number | undefined {
    return streamBelow(this.next)?.bytesSent;
  }

  override start(listener: Listener): void {
    this.next.start({
      onReceiveMetadata: (metadata) => {
        for (const interceptor of this.inwards) {
          interceptor.onRequest?.(this, metadata);
          if (this.#ended) return;
        }
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message) => {
        this.messagesReceived++;
        this.#inflater?.delivered();
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => listener.onReceiveHalfClose(),
      onCancel: () => {
        this.#end({ code: statusSentBelow(this.next) ?? Code.CANCELLED, details: "" });
        listener.onCancel();
      },
    });
  }

  override sendMetadata(metadata: Metadata): void {
    this.#metadataSent = true;
    for (const interceptor of this.outwards) interceptor.onResponse?.(this, metadata);
    this.next.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (!this.#metadataSent) this.sendMetadata(new Metadata());
    this.messagesSent++;
    this.next.sendMessage(message, callback);
  }

  override sendStatus(status: CallStatus): void {
    if (!this.#metadataSent) {
      // An answer that is a status alone has its metadata there.
      status.metadata ??= new Metadata();
      for (const interceptor of this.outwards) interceptor.onResponse?.(this, status.metadata);
    }
    this.#end(status);
    this.next.sendStatus(status);
  }

  cut(status: CallStatus): void {
    const stream = streamBelow(this.next);
    if (stream?.dropUnsent) {
      stream.dropUnsent();
    } else if (stream?.close) {
      this.#end(status);
      return stream.close(ENHANCE_YOUR_CALM);
    }
    this.sendStatus(status);
  }

  #end(status: CallStatus): void {
    if (this.#ended) return;
    this.#ended = true;
    this.durationMs = performance.now() - this.startedMs;
    this.#memory.end();
    for (const interceptor of this.outwards) interceptor.onEnd?.(this, status);
    if (!this.#handlerRuns) this.#release();
  }

  /** A handler that takes its time has been called. */
  handlerBegan(): void {
    this.#handlerRuns = isUnary(this);
  }

  /** It is done. */
  handlerEnded(): void {
    if (!this.#handlerRuns) return;
    this.#handlerRuns = false;
    if (this.#ended) this.#release();
  }

  #release(): void {
    for (const interceptor of this.releasing) interceptor.onRelease?.(this);
  }
}

/** RFC 9113, 7; gRPC has clients take it for RESOURCE_EXHAUSTED ("gRPC over HTTP2", Errors). */
const ENHANCE_YOUR_CALM = 0xb;

/**
 * Ends a call whose client reads nothing. The status does not wait behind what was written, which is
 * dropped; over the transport `node` that cannot be done, and the stream is reset: the log has the status
 * then, and the client learns the code alone.
 *
 * @param call as its handler was given it
 */
export function cutStream(call: object, status: CallStatus): void {
  // Where grpc-js 1.14 keeps what is below; elsewhere, the client has to read to learn that it was cut.
  const { call: below } = call as { call?: unknown };
  if (below instanceof InterceptedCall) below.cut(status);
}

/**
 * The status that grpc-js itself sent for a call, undefined where it sent none.
 *
 * A deadline that passes, a message that is too large or malformed, an unknown compression: grpc-js
 * answers them from its innermost call, past every interceptor, and then tells those `onCancel`, as it
 * does when the client has left. The HTTP/2 stream alone knows which it was.
 */
function statusSentBelow(innermost: ServerInterceptingCallInterface): Code | undefined {
  const stream = streamBelow(innermost);
  const code = stream?.sentTrailers?.["grpc-status"] ?? stream?.sentHeaders?.["grpc-status"];
  return code === undefined ? undefined : Number(code);
}

/** What is read of a stream: of the engine's all of it, of `node:http2`'s what was sent. */
type Http2Stream = Partial<
  & Pick<ServerHttp2Stream, "sentHeaders" | "sentTrailers" | "close">
  & Readonly<Record<"bytesReceived" | "bytesSent", number>>
  & { dropUnsent(): void }
>;

/**
 * The HTTP/2 stream of a call, from where grpc-js 1.14 keeps it; should a later version keep it
 * elsewhere, it is undefined.
 */
function streamBelow(innermost: ServerInterceptingCallInterface): Http2Stream | undefined {
  return (innermost as { stream?: Http2Stream }).stream;
}
