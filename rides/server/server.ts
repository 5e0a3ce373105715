import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Admission, BufferGuard, onTransport, type Transport } from "../runtime/mod.ts";
import { type Address, formatAddress } from "../wire/address.ts";
import { AdminServer } from "./admin/admin_server.ts";
import { Access, type CallerLists } from "./auth/access.ts";
import { Drain } from "./drain.ts";
import { ListenError } from "./errors.ts";
import {
  CallGate,
  callLimits,
  DeadlineCap,
  interceptors,
  recovery,
  traceContext,
} from "./interceptors/mod.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { resolveOptions, type ServerOptions } from "./options.ts";
import type { Readiness } from "./readiness.ts";
import { openFeed } from "./open_feed.ts";
import { channelzService } from "./services/channelz.ts";
import { Health } from "./services/health.ts";
import { servicesOf } from "./services/mod.ts";
import { reflectionServices } from "./services/reflection.ts";
import type { Service } from "./services/service.ts";
import { openStorage } from "../storage/mod.ts";
import { holdWhileFailing } from "./store_readiness.ts";
import type { OpenTelemetry } from "./telemetry/open_telemetry.ts";
import { type PresentedCertificate, TlsCredentials } from "./tls_credentials.ts";
import { Traffic } from "./traffic.ts";

/** Where a server listens: the host as it was asked for, and the real port. */
export interface Listener extends Address {
  readonly secure: boolean;
}

/** A server that is listening. Disposing of it shuts it down. */
export interface RidesServer extends AsyncDisposable {
  readonly listeners: readonly Listener[];
  /** Whether it wants calls; whoever depends on something that is gone may hold it. */
  readonly readiness: Readiness;
  /** What it presents in TLS; undefined in plaintext. */
  readonly certificate: PresentedCertificate | undefined;
  /** Who may call it; undefined where everybody may. */
  readonly callers: CallerLists | undefined;
  /** Where its admin port is, with the real number; undefined where it has none. */
  readonly admin: Address | undefined;
  /**
   * Drains and stops: not ready any more for `drainDelayMs`, then no new calls, and the running ones
   * have `graceMs` to finish. Calling it again returns the same promise; with a grace it ends that many
   * milliseconds later at the latest.
   *
   * @param graceMs default: the server's own
   * @returns how many calls had to be cut
   */
  shutdown(graceMs?: number): Promise<number>;
}

/** What grpc-js takes for no limit of a connection. */
const UNLIMITED_MS = 2 ** 31 - 1;

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
  const { addresses, tls, transport, reusePort, limits, log, readiness, ...resolved } =
    resolveOptions(
      options,
    );
  const certificate = tls && new TlsCredentials(tls);
  const { metrics } = resolved;
  const gate = new CallGate(resolved);
  const access = resolved.auth && await Access.open(resolved.auth, gate, log);
  const telemetry = resolved.openTelemetry && metrics ? await openTelemetry(metrics) : undefined;
  const held: AsyncDisposable[] = [telemetry, metrics].filter((each) => each !== undefined);
  const storage = resolved.storage ?? await openStorage("memory", { log });
  if (storage !== resolved.storage) held.push(storage);
  holdWhileFailing(storage, readiness);
  const release = async () => {
    for (const holding of held) await holding[Symbol.asyncDispose]();
  };
  const feed = await openFeed(storage, resolved, metrics?.feed).catch(async (error) => {
    await release();
    throw error;
  });
  held.unshift(feed);
  const server = new Server({
    interceptors: interceptors(
      log,
      telemetry?.spans ?? traceContext,
      metrics?.calls,
      callLimits(resolved),
      access,
      gate,
      resolved.interceptors,
    ),
    "grpc.max_concurrent_streams": limits.maxConcurrentStreams,
    "grpc.max_receive_message_length": resolved.maxMessageBytes,
    // The engine sees to it without a cost for each call.
    "grpc.max_connection_idle_ms": transport === "node" && limits.idleTimeoutMs || UNLIMITED_MS,
    "grpc.max_connection_age_ms": resolved.maxAgeMs || UNLIMITED_MS,
    "grpc.max_connection_age_grace_ms": resolved.maxAgeGraceMs || UNLIMITED_MS,
    // Counting costs every call, and is for those alone who ask for it.
    "grpc.enable_channelz": resolved.channelz ? 1 : 0,
    "grpc.keepalive_time_ms": resolved.keepaliveMs,
    "grpc.keepalive_timeout_ms": resolved.keepaliveTimeoutMs,
  });

  const services: Service[] = [...servicesOf(storage, feed), ...resolved.services];
  if (resolved.channelz) services.push(channelzService());
  services.push(new Health(services.map(fullName), readiness));
  if (resolved.reflection) services.push(...reflectionServices(services.map(fullName)));
  const recovered = recovery(log);
  for (const service of services) server.addService(service.definition, recovered(service));

  metrics?.observe({ services, gate, certificate });

  const methods = new Set(services.flatMap(methodPaths));
  const { watch: onServer, onLimit, onHandshakeFailure } = new Traffic(log, metrics, methods);
  const admission = new Admission(limits, onLimit);
  const shared = { reusePort, limits, onLimit, admission, onServer };
  const under: Transport = transport === "node"
    ? { kind: transport, ...shared }
    : { kind: transport, ...shared, onHandshakeFailure, buffers: new BufferGuard(limits) };
  const credentials = certificate ?? ServerCredentials.createInsecure();
  const listeners: Listener[] = [];
  let admin: AdminServer | undefined;
  try {
    for (const address of addresses) {
      const port = await onTransport(under, () => bind(server, address, credentials));
      listeners.push({ host: address.host, port, secure: certificate !== undefined });
    }
    if (resolved.admin && metrics) {
      const subjects = { metrics, readiness, access };
      admin = await AdminServer.start(resolved.admin, subjects, log, reusePort);
      held.push(admin);
    }
  } catch (error) {
    server.forceShutdown();
    await release();
    throw error;
  }

  held.unshift(new DeadlineCap(gate, resolved));
  const drain = new Drain({ server, readiness, gate, services, held, log }, resolved);
  const shutdown = (ms?: number) => drain.end(ms);
  return {
    listeners,
    readiness,
    certificate,
    callers: access,
    admin: admin?.address,
    shutdown,
    [Symbol.asyncDispose]: () => shutdown().then(() => {}),
  };
}

/** Loads its libraries only where it is asked for: they take longer than all the rest. */
async function openTelemetry(metrics: Metrics): Promise<OpenTelemetry> {
  const { OpenTelemetry } = await import("./telemetry/open_telemetry.ts");
  return new OpenTelemetry(metrics);
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

/** The methods of a service, as in `/rides.v1.Rides/Start`. */
function methodPaths({ definition }: Service): string[] {
  return Object.values(definition).map(({ path }) => path);
}

/** The full name of a service, as in `rides.v1.Rides`, which its methods' paths hold. */
function fullName({ definition }: Service): string {
  const [method] = Object.values(definition);
  return method?.path.split("/")[1] ?? "";
}
