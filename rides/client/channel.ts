import { LONGEST_TIMER_MS } from "../runtime/mod.ts";
import { Client, connectivityState, status as Code } from "@grpc/grpc-js";
import { type Address, DEFAULT_PORT, formatAddress, parseAddress } from "../wire/address.ts";
import { CallFailure } from "./call_failure.ts";
import { channelCredentials } from "./credentials.ts";
import { foreignAnswer, ForeignFailure } from "./foreign_answer.ts";
import type { ClientOptions, ClientTls } from "./options.ts";
import { resolveRetry, type RetryPolicy } from "./retry.ts";
import { tokenOptions } from "./token.ts";
import { tracing } from "./tracing.ts";
import { explainUnreachable, noGrpcServer } from "./unreachable.ts";

/** As often as the servers of all gRPC libraries tolerate while there is a call. */
const KEEPALIVE_MS = 10_000;

/** The connection to a server: made at the first call, and again whenever it is lost, until it is closed. */
export class Channel {
  /** How long to wait for the server at each step. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly #address: Address;
  readonly #tls: ClientTls | undefined;
  readonly #client: Client;
  /** Shared by all calls that wait for a connection. */
  #connecting: Promise<void> | undefined;
  readonly #closing = new AbortController();

  /**
   * @throws {TypeError} if the address is malformed, a number out of its range, or the token one that
   * must not be sent
   */
  constructor(options: ClientOptions) {
    const { address = `localhost:${DEFAULT_PORT}`, tls, timeoutMs = 5_000 } = options;
    if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_TIMER_MS)) {
      throw new TypeError(`timeoutMs: ${timeoutMs} is not from 1 to ${LONGEST_TIMER_MS}`);
    }
    this.timeoutMs = timeoutMs;
    this.retry = resolveRetry(options.retry);
    this.#address = parseAddress(address);
    this.#tls = tls;
    const channel = channelCredentials(this.#address.host, tls);
    const { interceptors = [], ...token } = tokenOptions(this.#address.host, options);
    this.#client = new Client(formatAddress(this.#address), channel.credentials, {
      ...channel.options,
      ...token,
      interceptors: [...interceptors, ...tracing(options)],
      // While a call runs, a frozen or vanished server is noticed by an unanswered ping.
      "grpc.keepalive_time_ms": KEEPALIVE_MS,
      "grpc.keepalive_timeout_ms": timeoutMs,
      // A server that restarts is usually back within a second, and retried soon if it takes longer.
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 5_000,
    });
  }

  /** Aborts when the channel is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** @throws {CallFailure} CANCELLED if the channel is closed */
  get client(): Client {
    if (this.closing.aborted) throw closed();
    return this.#client;
  }

  /**
   * Resolves when there is a connection, which the call itself requests. If there will be none it never
   * settles: the call fails then, and at once.
   */
  connected(): Promise<void> {
    if (this.#connecting) return this.#connecting;
    const channel = this.#client.getChannel();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#connecting = promise;
    const look = () => {
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.READY) {
        this.#connecting = undefined;
        resolve();
      } else if (state !== connectivityState.SHUTDOWN) {
        channel.watchConnectivityState(state, Infinity, look);
      }
    };
    look();
    return promise;
  }

  /**
   * Resolves when a call would no longer fail at once for want of a connection, and at the latest after
   * `withinMs`.
   */
  recovered(withinMs: number): Promise<void> {
    const channel = this.#client.getChannel();
    const state = channel.getConnectivityState(false);
    if (state !== connectivityState.TRANSIENT_FAILURE) return Promise.resolve();
    return new Promise((resolve) => {
      channel.watchConnectivityState(state, Date.now() + withinMs, () => resolve());
    });
  }

  /** What to throw for `error`; if there is no connection, or no gRPC behind it, it says why. */
  async explained(error: unknown): Promise<unknown> {
    const failure = CallFailure.of(error);
    if (!(failure instanceof CallFailure)) return failure;
    if (this.closing.aborted && /^Channel closed/.test(failure.reason)) return closed(error);
    const foreign = foreignAnswer(failure.code, failure.reason);
    if (foreign) {
      const reason = noGrpcServer(formatAddress(this.#address), `it answers ${foreign.words}`);
      return new ForeignFailure(foreign.code, reason, [], { cause: error });
    }
    if (!this.#isUnconnected(failure)) return failure;
    const reason = await explainUnreachable(this.#address, this.#tls, failure.reason);
    return new CallFailure(failure.code, reason, [], { cause: error });
  }

  #isUnconnected({ code, reason }: CallFailure): boolean {
    if (code === Code.UNAVAILABLE) return /^(No connection|Name resolution)/.test(reason);
    return code === Code.DEADLINE_EXCEEDED &&
      this.#client.getChannel().getConnectivityState(false) !== connectivityState.READY;
  }

  /** Calls that run come to their end; others, waiting for the connection or new, end CANCELLED. */
  close(): void {
    this.#closing.abort();
    this.#client.close();
  }
}

function closed(cause?: unknown): CallFailure {
  return new CallFailure(Code.CANCELLED, "the client is closed", [], { cause });
}
