import type { RetryOptions } from "./retry.ts";

/** What a client trusts, and presents, in TLS. All of it is PEM. */
export interface ClientTls {
  /** The CA whose servers are trusted. Default: the public ones that come with the runtime. */
  readonly ca?: string;
  /** The client's own certificate and its key, for a server that asks for one (mutual TLS). */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** The settings of a client, all optional. */
export interface ClientOptions {
  /** The server, as `host:port`: a name, an IPv4 address, or an IPv6 address in brackets.
   * Default `localhost:8888`. */
  readonly address?: string;
  /** Default none: plaintext. */
  readonly tls?: ClientTls;
  /** Proves who the client is, for a server that asks: sent with each call. Default none. */
  readonly token?: string;
  /**
   * Whether the token may travel in plaintext to another machine, where everybody on the way can read
   * it. Default false.
   */
  readonly plaintextToken?: boolean;
  /**
   * The trace that calls belong to, as in W3C Trace Context (`00-…-…-01`), or a function that returns it for
   * each call. It is sent along, so that the server's work is part of the trace. Default none.
   */
  readonly traceparent?: string | (() => string | undefined);
  /**
   * How long to wait for the server at each step, in milliseconds, from 1 to 2^31 - 1 (24 days): for a unary
   * call as a whole; on a stream for the connection, for room to send the next message, and for the response:
   * of a watch the first, of an upload each acknowledgement. Default 5,000.
   */
  readonly timeoutMs?: number;
  /**
   * How unary calls that end with UNAVAILABLE are retried, all within `timeoutMs`. Idempotent calls always
   * are (those that read, `rides.create` thanks to its request id, and persons); others, such as `start`,
   * only if the server certainly did not act on them. Streams never are. Default 5 attempts, the retries
   * after 100, 200, 400 and 800 ms.
   */
  readonly retry?: RetryOptions;
}
