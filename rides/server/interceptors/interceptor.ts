import type { Deadline, Metadata, StatusObject } from "@grpc/grpc-js";
import type { Scope } from "../../domain/scope.ts";
import type { Caller, CallerContext } from "../auth/caller.ts";
import type { PeerConnection } from "./peer_connection.ts";

/** How a call ends. */
export type CallStatus = Pick<StatusObject, "code" | "details"> & { metadata?: Metadata | null };

/** A call on its way through the chain. */
export interface Call {
  /** The method, as in `/Rides/Start`. */
  readonly path: string;
  /** Whether the request is a stream of messages. */
  readonly requestStream: boolean;
  /** Whether the response is a stream of messages. */
  readonly responseStream: boolean;
  /** When the call came, on the clock of `performance.now()`. */
  readonly startedMs: number;
  /** When the server ends it, on the clock of `performance.now()`; `Infinity` if never. */
  endsMs: number;
  /** How long it took, in milliseconds; 0 until it has ended. */
  readonly durationMs: number;
  /** The connection it came on. */
  readonly connection: PeerConnection;
  /** The bytes of its messages that are incomplete, not yet delivered, or kept with the call. */
  readonly heldBytes: number;
  /** Names the call in the log and in the answer. */
  requestId: string;
  /** The trace that the call is part of (W3C Trace Context); undefined if none. */
  traceId: string | undefined;
  /** Who makes the call; undefined if that was not required. */
  caller: Caller | undefined;
  /** What its handler requires of the caller, beyond its method, for as long as it runs. */
  readonly alsoRequired: Scope | undefined;
  /** The name of {@linkcode Call.caller}, for the log and for what is counted by caller. */
  readonly identity: string | undefined;
  /** How many messages the handler was given. */
  readonly messagesReceived: number;
  /** How many messages the handler has sent. */
  readonly messagesSent: number;
  /** The bytes of the request's messages in DATA frames; unknown over the transport `node`. */
  readonly bytesReceived: number | undefined;
  /** The bytes of the response's messages in DATA frames; unknown over the transport `node`. */
  readonly bytesSent: number | undefined;
  /** The index at which {@linkcode CallGate} keeps the call; -1 if it does not. */
  place: number;
  /** Whether {@linkcode CallGate} counts the call. */
  counted: boolean;
  /** The client's address and port, as in `127.0.0.1:80` or `[::1]:80`. */
  getPeer(): string;
  /** {@linkcode Call.endsMs} in ms of `Date.now()`. */
  getDeadline(): Deadline;
  /** What TLS knows of the client, and the caller. It takes as long as a short call. */
  getAuthContext(): CallerContext;
  /** Ends the call, past its handler. */
  sendStatus(status: CallStatus): void;
}

/** Whether both request and response are a single message. */
export function isUnary({ requestStream, responseStream }: Call): boolean {
  return !requestStream && !responseStream;
}

/**
 * What one concern does at each point of a call. Messages are counted, never touched, and nothing is awaited:
 * all of it runs synchronously.
 */
export interface Interceptor {
  /**
   * The request's metadata has arrived; the handler gets it, with any changes, after all interceptors have
   * seen it. `call.sendStatus` refuses the call: neither the inner interceptors nor the handler hear of it.
   */
  onRequest?(call: Call, metadata: Metadata): void;
  /** The response's metadata is about to leave, with what is set in it here. */
  onResponse?(call: Call, metadata: Metadata): void;
  /** The call has ended: it was answered, or its client has left. Called once for each call. */
  onEnd?(call: Call, status: CallStatus): void;
  /**
   * After the end, when the handler of a unary call, which may outlive the call, has ended too. Called once.
   */
  onRelease?(call: Call): void;
}
