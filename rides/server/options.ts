import type { PersonRegistry } from "../domain/person.ts";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Service } from "./services/service.ts";

/** What a server presents, and asks for, in TLS. All of it is PEM. */
export interface ServerTls {
  /** The server's certificate, followed by those between it and its CA. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
  /** With it a client without a certificate of this CA is refused (mutual TLS). */
  readonly clientCa?: string;
}

/** The settings of a server, all optional. */
export interface ServerOptions {
  /**
   * Where to listen, as `host:port`: a name, an IPv4 address, or an IPv6 address in brackets. Port 0
   * takes a free one. Default `["[::]:8888"]`, which is every address of the machine.
   */
  readonly listen?: readonly string[];
  /** Default none: plaintext. */
  readonly tls?: ServerTls;
  /**
   * What carries HTTP/2: `engine` is our own; `node` is the runtime's, with its faults worked around.
   * Default `engine`.
   */
  readonly transport?: "engine" | "node";
  /**
   * What differs from `DEFAULT_LIMITS`: what peers may make the server hold or do. Over the
   * transport `node` only `maxConcurrentStreams` applies.
   */
  readonly limits?: Partial<Limits>;
  /** Whether clients can ask for the contracts (gRPC server reflection). Default: only without TLS. */
  readonly reflection?: boolean;
  /** Where the log goes. Default nowhere. */
  readonly log?: Log;
  /** Where persons are kept. Default in memory. */
  readonly persons?: PersonRegistry;
  /** Services beside the built-in ones; their health is reported as the others' is. Default none. */
  readonly services?: readonly Service[];
  /**
   * How long running calls have to finish when the server shuts down, in milliseconds; 0 cuts them at
   * once. Default 10,000.
   */
  readonly graceMs?: number;
  /** The largest message that is received, in bytes. Default 4 MiB, as everywhere in gRPC. */
  readonly maxMessageBytes?: number;
  /**
   * How long a connection may be silent before the server asks whether the client is still there, in
   * milliseconds. Default 120,000. A client that vanished without a word is let go 20 s later.
   */
  readonly keepaliveMs?: number;
}
