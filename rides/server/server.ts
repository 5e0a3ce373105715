import { Server, ServerCredentials } from "@grpc/grpc-js";
import { makeWayFor, onTransport } from "../runtime/mod.ts";
import { openStorage } from "../storage/mod.ts";
import { type Address, formatAddress } from "../wire/address.ts";
import { AdminServer } from "./admin/admin_server.ts";
import { Access, type CallerLists } from "./auth/access.ts";
import { channelOptions, transportOf } from "./carrier.ts";
import { Drain } from "./drain.ts";
import { ListenError } from "./errors.ts";
import { CallGate, Deadlines, interceptors, recovery, traceContext } from "./interceptors/mod.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { resolveOptions, type ServerOptions } from "./options.ts";
import type { Readiness } from "./readiness.ts";
import { openFeed } from "./open_feed.ts";
import { servicesOf } from "./services/mod.ts";
import { holdWhileFailing } from "./store_readiness.ts";
import type { OpenTelemetry } from "./telemetry/open_telemetry.ts";
import { type PresentedCertificate, TlsCredentials } from "./tls_credentials.ts";
import { Traffic } from "./traffic.ts";
import { neverThrowing } from "./unreadable.ts";
import { Warnings } from "./warnings.ts";

/** Where a server listens: the host as it was asked for, and the real port. */
export interface Listener extends Address {
  readonly secure: boolean;
}

/**
 * A server that is listening. Disposing of it shuts it down, and then waits, for two seconds at most, until a
 * collector of OpenTelemetry has what is left.
 */
export interface RidesServer extends AsyncDisposable {
  readonly listeners: readonly Listener[];
  /** Whether it is ready for calls; whatever depends on something that is gone may hold it. */
  readonly readiness: Readiness;
  /** What it presents in TLS; undefined in plaintext. */
  readonly certificate: PresentedCertificate | undefined;
  /** Who may call it; undefined where everybody may. */
  readonly callers: CallerLists | undefined;
  /** Where its admin port is, with the real number; undefined where it has none. */
  readonly admin: Address | undefined;
  /**
   * Drains and stops: no longer ready, for `drainDelayMs`; then no new calls, and the running ones have
   * `graceMs` to finish. Calling it again returns the same promise; if a grace is given, it ends after at
   * most that many milliseconds.
   *
   * @param graceMs default: the server's own
   * @returns how many calls had to be cut
   */
  shutdown(graceMs?: number): Promise<number>;
}

/**
 * Starts a server.
 *
 * @throws {ListenError} if an address cannot be listened on
 * @throws {TypeError} if an address is malformed, or a certificate and its key cannot be used
 * @throws {AuthFileError} if a list of callers cannot be used
 * @throws {RangeError} if a setting is out of its bounds
 * @throws {Unavailable} if the store cannot be read
 */
export async function createServer(options: ServerOptions = {}): Promise<RidesServer> {
  const resolved = resolveOptions(options);
  const { addresses, tls, log, readiness, metrics } = resolved;
  // What was opened is released if the server cannot start, and otherwise when it ends; what counts and sends
  // comes last, and nobody but who disposes of the server waits for it.
  await using counting = new AsyncDisposableStack();
  await using opened = new AsyncDisposableStack();
  const gate = new CallGate({
    ...resolved,
    // A stream ends when its client cancels it; its call, only when the handler has ended, too.
    maxCallsPerConnection: resolved.maxCallsPerConnection || resolved.limits.maxConcurrentStreams,
  });
  const certificate = tls && new TlsCredentials(tls);
  const access = resolved.auth && await Access.open(resolved.auth, gate, log);
  const warnings = opened.use(new Warnings(log));
  if (metrics) counting.use(metrics);
  const telemetry = resolved.openTelemetry && metrics
    ? counting.use(await openTelemetry(metrics, log))
    : undefined;
  const storage = resolved.storage ?? opened.use(await openStorage("memory", { log }));
  holdWhileFailing(storage, readiness);
  opened.use(makeWayFor(storage));
  const feed = opened.use(await openFeed(storage, resolved, metrics?.feed));

  const server = new Server({
    ...channelOptions(resolved),
    interceptors: interceptors(resolved, {
      tracing: telemetry?.spans ?? traceContext,
      access,
      gate,
      deadlines: opened.use(new Deadlines(gate, resolved)),
    }),
  });
  opened.defer(() => server.forceShutdown());
  const services = servicesOf(resolved, storage, feed);
  const recovered = recovery(log);
  for (const service of services) {
    server.addService(neverThrowing(service.definition), recovered(service));
  }
  metrics?.observe({ services, gate, certificate });

  const methods = services.flatMap(({ definition }) => Object.values(definition));
  const paths = new Set(methods.map(({ path }) => path));
  const traffic = new Traffic(log, warnings, metrics, paths);
  const under = transportOf(resolved, traffic);
  const credentials = certificate ?? ServerCredentials.createInsecure();
  const listeners: Listener[] = [];
  for (const address of addresses) {
    const port = await onTransport(under, () => bind(server, address, credentials));
    listeners.push({ host: address.host, port, secure: certificate !== undefined });
  }
  const admin = resolved.admin && metrics && opened.use(
    await AdminServer.start(
      resolved.admin,
      { metrics, readiness, access },
      log,
      resolved.reusePort,
    ),
  );

  const held = opened.move();
  const drain = new Drain({ server, readiness, gate, services, traffic, held, log }, resolved);
  const counted = counting.move();
  let sent: Promise<void> | undefined;
  const sendTheRest = () => sent ??= counted.disposeAsync();
  const shutdown = (ms?: number) => {
    const drained = drain.end(ms);
    void drained.then(sendTheRest, sendTheRest);
    return drained;
  };
  return {
    listeners,
    readiness,
    certificate,
    callers: access,
    admin: admin?.address,
    shutdown,
    [Symbol.asyncDispose]: () => shutdown().then(sendTheRest),
  };
}

/** Loads its libraries only if asked for: they take longer than all the rest. */
async function openTelemetry(metrics: Metrics, log: Log): Promise<OpenTelemetry> {
  const { OpenTelemetry } = await import("./telemetry/open_telemetry.ts");
  return new OpenTelemetry(metrics, log);
}

function bind(server: Server, at: Address, credentials: ServerCredentials): Promise<number> {
  const address = formatAddress(at);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new ListenError(address, error));
      else resolve(port);
    });
  });
}
