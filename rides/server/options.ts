import type { Storage } from "../storage/mod.ts";
import { type Address, DEFAULT_PORT, isLoopback, parseAddress } from "../wire/address.ts";
import type { AdminOptions } from "./admin/options.ts";
import type { AuthOptions } from "./auth/options.ts";
import type { Interceptor } from "./interceptors/interceptor.ts";
import { type Limits, resolveLimits } from "./limits.ts";
import { type Log, silentLog } from "./log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Readiness } from "./readiness.ts";
import type { Service } from "./services/service.ts";
import { resolveSettings, type Settings } from "./settings.ts";

/** What a server presents, and asks for, in TLS. All of it is PEM. */
export interface ServerTls {
  /** The server's certificate, followed by those between it and its CA. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
  /** With it a client without a certificate of this CA is refused (mutual TLS). */
  readonly clientCa?: string;
  /**
   * Whether clients without such a certificate are served all the same, as far as `auth` lets them; a
   * certificate that is not good, such as one of another CA, is as none then. Default false.
   */
  readonly clientOptional?: boolean;
}

/**
 * The settings of a server, all optional. Those that are numbers, with their defaults and bounds, are in
 * {@linkcode SETTINGS}.
 */
export interface ServerOptions extends Partial<Settings> {
  /**
   * Where to listen, as `host:port`: a name, an IPv4 address, or an IPv6 address in brackets. Port 0
   * takes a free one. Default `["[::]:8888"]`, which is every address of the machine.
   */
  readonly listen?: readonly string[];
  /**
   * Whether other servers may listen on the same addresses at the same time (SO_REUSEPORT), to take over
   * from one another; all of them have to say so, and belong to the same user. Default false.
   */
  readonly reusePort?: boolean;
  /** Default none: plaintext. */
  readonly tls?: ServerTls;
  /**
   * What carries HTTP/2: `engine` is our own; `node` is the runtime's, with its faults worked around.
   * Default `engine`.
   */
  readonly transport?: "engine" | "node";
  /**
   * What differs from `DEFAULT_LIMITS`: what peers may make the server hold or do. Over the transport
   * `node` only the limits on connections, `maxConcurrentStreams`, `firstRequestTimeoutMs`,
   * `idleTimeoutMs`, `tlsHandshakeTimeoutMs`, `maxHeaderListBytes` and `maxHeaderPairs` apply.
   */
  readonly limits?: Partial<Limits>;
  /** Who may call what. Default everybody everything. */
  readonly auth?: AuthOptions;
  /** A port for whoever looks after the server: health, metrics, profiles. Default none. */
  readonly admin?: AdminOptions;
  /**
   * Whether spans and metrics are sent to the collector that the variables of OpenTelemetry name, such as
   * `OTEL_EXPORTER_OTLP_ENDPOINT`. Default not.
   */
  readonly openTelemetry?: boolean;
  /**
   * Counts what happens, for the admin port and OpenTelemetry; the server disposes of it. Give one to
   * count more in it, such as the work of a store. Default one of the server's own where there is somebody
   * to tell, and nothing is counted where there is not.
   */
  readonly metrics?: Metrics;
  /** Whether clients can ask for the contracts (gRPC server reflection). Default: only without TLS. */
  readonly reflection?: boolean;
  /**
   * Whether clients can ask for channelz: the connections of everybody, and what went over them. It takes
   * `auth`, whose scope `admin` may then ask, or listeners that only this machine reaches. Default not.
   */
  readonly channelz?: boolean;
  /** Whether unary calls without a deadline are refused. Default not: `maxDeadlineMs` ends them. */
  readonly requireDeadline?: boolean;
  /** Where the log goes. Default nowhere. */
  readonly log?: Log;
  /**
   * Where rides, positions and persons are kept; see {@linkcode openStorage}. Whoever opened it closes it,
   * after the server. Default in memory, and gone with the server.
   */
  readonly storage?: Storage;
  /** Services beside the built-in ones; their health is reported as the others' is. Default none. */
  readonly services?: readonly Service[];
  /**
   * Interceptors beside the built-in ones. They stand inside all of those, in this order, and so see the
   * calls that were let in; what they refuse is logged and measured as any other refusal. In
   * `onRequest` they may also throw a `Failure`. Default none.
   */
  readonly interceptors?: readonly Interceptor[];
  /** Whether the server wants calls, for whoever may have to hold it. Default one that nobody holds. */
  readonly readiness?: Readiness;
}

/** The settings with their defaults filled in. */
export type ResolvedOptions =
  & Required<
    Omit<ServerOptions, "tls" | "listen" | "limits" | "auth" | "storage" | "admin" | "metrics">
  >
  & {
    readonly tls: ServerTls | undefined;
    readonly auth: AuthOptions | undefined;
    readonly storage: Storage | undefined;
    readonly admin: AdminOptions | undefined;
    readonly metrics: Metrics | undefined;
    readonly addresses: readonly Address[];
    readonly limits: Limits;
  };

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} if a number is out of its bounds, or there is nowhere to listen
 * @throws {TypeError} if an address is malformed, or one setting lacks another
 */
export function resolveOptions(options: ServerOptions): ResolvedOptions {
  const { listen = [`[::]:${DEFAULT_PORT}`], tls } = options;
  if (listen.length === 0) throw new RangeError("listen: there is no address");
  const addresses = listen.map(parseAddress);
  if (options.channelz && !options.auth && !addresses.every(({ host }) => isLoopback(host))) {
    throw new TypeError(
      "channelz: it shows the connections of everybody to everybody who reaches this server; " +
        "say who may with --auth-tokens, or listen on 127.0.0.1 alone",
    );
  }
  if (options.auth?.certsFile !== undefined && tls?.clientCa === undefined) {
    throw new TypeError("auth.certsFile: only with tls.clientCa do clients have a certificate");
  }
  return {
    ...resolveSettings(options),
    addresses,
    tls,
    auth: options.auth,
    admin: options.admin,
    openTelemetry: options.openTelemetry ?? false,
    metrics: options.metrics ??
      (options.admin || options.openTelemetry ? new Metrics() : undefined),
    transport: options.transport ?? "engine",
    reusePort: options.reusePort ?? false,
    limits: resolveLimits(options.limits ?? {}),
    reflection: options.reflection ?? !tls,
    channelz: options.channelz ?? false,
    requireDeadline: options.requireDeadline ?? false,
    log: options.log ?? silentLog,
    storage: options.storage,
    services: options.services ?? [],
    interceptors: options.interceptors ?? [],
    readiness: options.readiness ?? new Readiness(),
  };
}
