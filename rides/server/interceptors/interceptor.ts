import type { Deadline, Metadata, StatusObject } from "@grpc/grpc-js";
import type { Caller, CallerContext } from "../auth/caller.ts";
import type { PeerConnection } from "./peer_connection.ts";

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
  /** What its messages take that have come in part, are not yet delivered, or stay with it. */
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
  /** The client's address and port, as in `127.0.0.1:80` or `[::1]:80`. */
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
 * What one concern does at each point of a call. Messages are counted, never touched, and nothing is
 * waited for: all of it runs before the next call has its turn.
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
