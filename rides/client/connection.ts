import "../runtime/mod.ts";
import {
  Client,
  connectivityState,
  Metadata,
  type MethodDefinition,
  type requestCallback,
  type ServiceError,
  status as Code,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { type Address, DEFAULT_PORT, formatAddress, parseAddress } from "../wire/address.ts";
import { CallFailure } from "./call_failure.ts";
import { channelCredentials } from "./credentials.ts";
import type { ClientOptions, ClientTls } from "./options.ts";
import { sendAll } from "./send_all.ts";
import { explainUnreachable } from "./unreachable.ts";

/** As long as a timer can wait: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** As often as servers of every gRPC library put up with while there is a call. */
const KEEPALIVE_MS = 10_000;

/**
 * The connection of a client, made at the first call, and the four kinds of calls over it.
 *
 * Every call throws a {@linkcode CallFailure} if it ends with another status than OK.
 */
export class Connection {
  readonly #address: Address;
  readonly #tls: ClientTls | undefined;
  readonly #timeoutMs: number;
  readonly #client: Client;
  #closed = false;

  /** @throws {TypeError} if the address is malformed or the timeout out of its range */
  constructor(options: ClientOptions) {
    const { address = `localhost:${DEFAULT_PORT}`, tls, timeoutMs = 5_000 } = options;
    if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_MS)) {
      throw new TypeError(`timeoutMs: ${timeoutMs} is not from 1 to ${LONGEST_MS}`);
    }
    this.#address = parseAddress(address);
    this.#tls = tls;
    this.#timeoutMs = timeoutMs;
    const channel = channelCredentials(this.#address.host, tls);
    this.#client = new Client(formatAddress(this.#address), channel.credentials, {
      ...channel.options,
      // While a call runs, a server that froze or vanished is noticed by a ping without an answer.
      "grpc.keepalive_time_ms": KEEPALIVE_MS,
      "grpc.keepalive_timeout_ms": timeoutMs,
    });
  }

  /** A call of one request and one response. */
  async unary<Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const answer = Promise.withResolvers<Response>();
    this.#open.makeUnaryRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      requestSerialize(request),
      new Metadata(),
      { deadline: Date.now() + this.#timeoutMs },
      settle(answer),
    );
    try {
      return await answer.promise;
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  /** A call of many requests, sent as they come and no faster than the server takes them. */
  async clientStream<Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    requests: Iterable<Request> | AsyncIterable<Request>,
  ): Promise<Response> {
    const answer = Promise.withResolvers<Response>();
    const stream = this.#open.makeClientStreamRequest(
      path,
      asIs<Buffer>,
      responseDeserialize,
      new Metadata(),
      {},
      settle(answer),
    );
    try {
      return await sendAll({
        stream,
        connected: this.#connected(),
        answer: answer.promise,
        encode: requestSerialize,
        timeoutMs: this.#timeoutMs,
      }, requests);
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  /** Calls that run come to their end; others, waiting for the connection or new, end CANCELLED. */
  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  /** @throws {CallFailure} CANCELLED if the client is closed */
  get #open(): Client {
    if (this.#closed) throw closed();
    return this.#client;
  }

  /**
   * Resolves when there is a connection, which the call itself asks for. If there is to be none it stays
   * open: the call fails then, and at once.
   */
  #connected(): Promise<void> {
    const channel = this.#client.getChannel();
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.READY) resolve();
      else if (state !== connectivityState.SHUTDOWN) {
        channel.watchConnectivityState(state, Infinity, look);
      }
    };
    look();
    return promise;
  }

  /** What to throw for `error`; where there is no connection it says why there is none. */
  async #explained(error: unknown): Promise<unknown> {
    const failure = isServiceError(error) ? CallFailure.from(error) : error;
    if (!(failure instanceof CallFailure)) return failure;
    if (this.#closed && /^Channel closed/.test(failure.reason)) return closed(error);
    if (!this.#isUnconnected(failure)) return failure;
    const reason = await explainUnreachable(this.#address, this.#tls, failure.reason);
    return new CallFailure(failure.code, reason, [], { cause: error });
  }

  #isUnconnected({ code, reason }: CallFailure): boolean {
    if (code === Code.UNAVAILABLE) return /^(No connection|Name resolution)/.test(reason);
    return code === Code.DEADLINE_EXCEEDED &&
      this.#client.getChannel().getConnectivityState(false) !== connectivityState.READY;
  }
}

function closed(cause?: unknown): CallFailure {
  return new CallFailure(Code.CANCELLED, "the client is closed", [], { cause });
}

/** What grpc-js cannot serialize it calls INTERNAL; so it gets bytes, and the caller the reason. */
function asIs<Value>(value: Value): Value {
  return value;
}

function settle<Response>(
  { resolve, reject }: PromiseWithResolvers<Response>,
): requestCallback<Response> {
  return (error, response) => error ? reject(error) : resolve(response as Response);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
