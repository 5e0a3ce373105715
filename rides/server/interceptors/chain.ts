import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status as Code,
} from "@grpc/grpc-js";
import { constants } from "node:http2";
import type { Scope } from "../../domain/scope.ts";
import type { Caller, CallerContext } from "../auth/caller.ts";
import { type Call, type CallStatus, type Interceptor, isUnary } from "./interceptor.ts";
import { type MessageFlow, MessageIntake, type MessageReceiver } from "./message_intake.ts";
import { timeoutOf } from "./timeout.ts";
import { Unreadable } from "../unreadable.ts";
import { CallMemory, type MessageMemory } from "./message_memory.ts";
import { connectionOf, type PeerConnection } from "./peer_connection.ts";
import { SharedMessage } from "./shared_message.ts";
import { statusSentBelow, streamBelow } from "./stream_below.ts";

/**
 * One interceptor of grpc-js that runs all of ours: in their order for a request, in reverse for its answer.
 *
 * grpc-js would allow one of its interceptors for each of ours, but for every one of those it makes six
 * objects per call and two closures per message, which cost more than the work of ours.
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

/** What the innermost call is never told. */
function fromTheIntake(): void {}

/** The intercepted call, as grpc-js keeps it in a private field of the handler's call. */
export type HandledCall = Pick<InterceptedCall, "handlerBegan" | "handlerEnded">;

class InterceptedCall extends ServerInterceptingCall implements Call, MessageReceiver {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly connection: PeerConnection;
  readonly startedMs = performance.now();
  endsMs: number;
  durationMs = 0;
  requestId = "";
  traceId: string | undefined = undefined;
  caller: Caller | undefined = undefined;
  alsoRequired: Scope | undefined = undefined;
  messagesReceived = 0;
  messagesSent = 0;
  place = -1;
  counted = false;
  #handlerRuns = false;
  readonly #memory: CallMemory;
  readonly #intake: MessageIntake;
  /** Of the handler's stream, or of what is under it. */
  #listener: Listener | undefined;
  /** Who takes the messages past that, if anybody does. */
  #taker: ((message: unknown) => void) | undefined;
  #metadataSent = false;
  #ended = false;

  constructor(
    { path, requestStream, responseStream, requestDeserialize }: Method,
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
    this.endsMs = this.startedMs + timeoutOf(streamBelow(next));
    this.#memory = new CallMemory(messages, this.connection, !requestStream);
    this.#intake = new MessageIntake(this.#memory, next, requestDeserialize, this);
  }

  get heldBytes(): number {
    return this.#memory.bytes;
  }

  get identity(): string | undefined {
    return this.caller?.name;
  }

  /** In grpc-js's own text an IPv6 address has no brackets. */
  override getPeer(): string {
    return this.connection.peer;
  }

  /** grpc-js does not know the deadline: see `timeout.ts`. */
  override getDeadline(): number {
    return Date.now() + this.endsMs - performance.now();
  }

  /** How handlers learn who is calling: see `callerOf`. */
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
    this.#listener = listener;
    this.next.start({
      onReceiveMetadata: (metadata) => {
        for (const interceptor of this.inwards) {
          interceptor.onRequest?.(this, metadata);
          if (this.#ended) return;
        }
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: fromTheIntake,
      onReceiveHalfClose: fromTheIntake,
      onCancel: () => {
        this.#end({ code: statusSentBelow(this.next) ?? Code.CANCELLED, details: "" });
        listener.onCancel();
      },
    });
  }

  override startRead(): void {
    this.#intake.want();
  }

  /** Hands all messages to `take`, as they come, and none to the handler's stream; "end" still is. */
  receiveAll(take: (message: unknown) => void): MessageFlow {
    this.#taker = take;
    return this.#intake.flow();
  }

  onMessage(message: unknown): void {
    this.messagesReceived++;
    if (message instanceof Unreadable) this.sendStatus(message.status);
    else if (this.#taker) this.#taker(message);
    else this.#listener?.onReceiveMessage(message);
  }

  onHalfClose(): void {
    this.#listener?.onReceiveHalfClose();
  }

  override sendMetadata(metadata: Metadata): void {
    this.#metadataSent = true;
    for (const interceptor of this.outwards) interceptor.onResponse?.(this, metadata);
    this.next.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (!this.#metadataSent) this.sendMetadata(new Metadata());
    this.messagesSent++;
    if (message instanceof SharedMessage) message.send(this.next, callback);
    else this.next.sendMessage(message, callback);
  }

  override sendStatus(status: CallStatus): void {
    if (!this.#metadataSent) {
      // A response that is only a status carries its metadata there.
      status.metadata ??= new Metadata();
      for (const interceptor of this.outwards) interceptor.onResponse?.(this, status.metadata);
    }
    try {
      this.next.sendStatus(status);
    } finally {
      // After the response, so that the client does not wait for the log line.
      this.#end(status);
    }
  }

  cut(status: CallStatus): void {
    const stream = streamBelow(this.next);
    if (stream?.dropUnsent) {
      stream.dropUnsent();
    } else if (stream?.close) {
      this.#end(status);
      // gRPC clients map it to RESOURCE_EXHAUSTED (PROTOCOL-HTTP2.md, "Errors").
      return stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
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

  /** An asynchronous handler has begun. */
  handlerBegan(): void {
    this.#handlerRuns = isUnary(this);
  }

  /** It has finished. */
  handlerEnded(): void {
    if (!this.#handlerRuns) return;
    this.#handlerRuns = false;
    if (this.#ended) this.#release();
  }

  #release(): void {
    for (const interceptor of this.releasing) interceptor.onRelease?.(this);
  }
}

/**
 * Ends a call whose client does not read. What was written is dropped, so that the status does not wait
 * behind it. Over the transport `node` that cannot be done, and the stream is reset: the log then has the
 * status, and the client learns only the code.
 *
 * @param call as its handler was given it
 */
export function cutStream(call: object, status: CallStatus): void {
  // If it is not there, the client has to read to learn that it was cut.
  intercepted(call)?.cut(status);
}

/**
 * Has a call end as soon as its caller, who has the scope now, has it no longer.
 *
 * @param call as its handler was given it
 */
export function requireFurther(call: object, scope: Scope): void {
  const below = intercepted(call);
  if (below) below.alsoRequired = scope;
}

/**
 * Hands the messages of a call to `take` as they come, past the stream that its handler was given: each of its
 * messages takes that stream as long as all the rest. Its "end" comes behind the last one, and "cancelled" as ever.
 *
 * @param call as its handler was given it
 * @returns what pauses and resumes them; undefined if they can only be had from the stream
 */
export function receiveAll<Message>(
  call: object,
  take: (message: Message) => void,
): MessageFlow | undefined {
  return intercepted(call)?.receiveAll(take as (message: unknown) => void);
}

/**
 * Whose share a call is counted in, where something is shared: its caller's, or its address's if callers are not known.
 *
 * @param call as its handler was given it
 */
export function sharerOf(call: object): string {
  const below = intercepted(call);
  return below?.identity ?? below?.connection.addressBlock ?? "";
}

/** Where grpc-js 1.14 keeps the intercepted call. */
function intercepted(call: object): InterceptedCall | undefined {
  const { call: below } = call as { call?: unknown };
  return below instanceof InterceptedCall ? below : undefined;
}
