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

/** What a server presents and requires in TLS, all in PEM. */
export interface ServerTls {
  /** The server's certificate, followed by any intermediate ones. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
  /** If given, clients without a certificate from this CA are refused (mutual TLS). */
  readonly clientCa?: string;
  /**
   * Whether clients without such a certificate are served all the same, as far as `auth` lets them; an
   * invalid certificate, such as one from another CA, then counts as none. Default false.
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
   * Whether other servers may listen on the same addresses at the same time (SO_REUSEPORT), to take over from
   * one another; all of them have to set this, and run as the same user. Default false.
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
   * What differs from `DEFAULT_LIMITS`: how much peers may make the server hold or do. Over the transport
   * `node` only the limits on connections, `maxConcurrentStreams`, `firstRequestTimeoutMs`, `idleTimeoutMs`,
   * `tlsHandshakeTimeoutMs`, `maxHeaderListBytes` and `maxHeaderPairs` apply.
   */
  readonly limits?: Partial<Limits>;
  /** Who may call what. Default: everybody everything. */
  readonly auth?: AuthOptions;
  /** A port for operators: health, metrics, profiles. Default none. */
  readonly admin?: AdminOptions;
  /**
   * Whether spans and metrics are sent to the collector named by OpenTelemetry's variables, such as
   * `OTEL_EXPORTER_OTLP_ENDPOINT`. Default false.
   */
  readonly openTelemetry?: boolean;
  /**
   * The metrics for the admin port and OpenTelemetry; the server disposes of it. Give one to count more in
   * it, such as the work of a store. Default: the server's own if either is on; otherwise nothing is counted.
   */
  readonly metrics?: Metrics;
  /** Whether clients can ask for the contracts (gRPC server reflection). Default: only without TLS. */
  readonly reflection?: boolean;
  /**
   * Whether clients can ask for channelz: everybody's connections, and what went over them. It requires
   * `auth`, whose scope `admin` may then ask, or listeners that only this machine reaches. Default false.
   */
  readonly channelz?: boolean;
  /** Whether unary calls without a deadline are refused. Default false: `maxDeadlineMs` ends them. */
  readonly requireDeadline?: boolean;
  /** Where the log goes. Default nowhere. */
  readonly log?: Log;
  /**
   * Where rides, positions and persons are kept; see {@linkcode openStorage}. Whoever opened it closes it,
   * after the server. Default in memory, and gone with the server.
   */
  readonly storage?: Storage;
  /** Services besides the built-in ones; their health is reported like that of the others. Default none. */
  readonly services?: readonly Service[];
  /**
   * Interceptors besides the built-in ones. They run inside all of those, in this order, and so see only
   * admitted calls; what they refuse is logged and measured like any other refusal. In `onRequest` they may
   * also throw a `Failure`. Default none.
   */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Whether the server is ready for calls, shared with whatever may have to hold it back. Default a new one.
   */
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
