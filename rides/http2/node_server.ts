/**
 * Presents the engine as what `node:http2`'s `createServer` and `createSecureServer` return, as far
 * as @grpc/grpc-js 1.14 uses it: a server of `node:net` or `node:tls` that emits "session" and
 * "stream".
 */
import net from "node:net";
import tls from "node:tls";
import { Admission } from "./admission.ts";
import { SessionWatch } from "./session_watch.ts";
import { closeAfterSessions } from "./close_after_sessions.ts";
import {
  destroyHandshakesOnClose,
  type HandshakeListeners,
  watchHandshakes,
} from "./handshakes.ts";
import { type LimitListener, type Limits, resolveLimits } from "./limits.ts";
import { LONGEST_TIMER_MS } from "./longest_timer.ts";
import { Http2Session } from "./node_session.ts";

export interface ServerOptions extends HandshakeListeners {
  /** What differs from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  readonly onLimit?: LimitListener;
  /** What counts connections, shared with other servers. Default: of this one alone, by `limits`. */
  readonly admission?: Admission;
  /** What watches the sessions, shared with other servers. Default: of this one alone. */
  readonly watch?: SessionWatch;
  /** As in `node:http2`; it goes over `limits.maxConcurrentStreams`. */
  readonly settings?: { readonly maxConcurrentStreams?: number };
}

export type SecureServerOptions = ServerOptions & tls.TlsOptions;

/** A plaintext server, for clients with prior knowledge (RFC 9113, 3.3). */
export function createServer(options: ServerOptions = {}): net.Server {
  const limits = serverLimits(options);
  const server = net.createServer({ noDelay: true });
  const start = sessionStarter(server, limits, options);
  server.on("connection", start);
  return withTimeout(server);
}

/** A TLS server; a client that does not choose "h2" by ALPN is refused (RFC 9113, 3.2). */
export function createSecureServer(options: SecureServerOptions = {}): tls.Server {
  const limits = serverLimits(options);
  const server = tls.createServer({
    minVersion: "TLSv1.2", // 9.2
    noDelay: true,
    // Zero would be taken for the default of 120 seconds.
    handshakeTimeout: limits.tlsHandshakeTimeoutMs || LONGEST_TIMER_MS,
    ...options,
    ALPNProtocols: ["h2"],
  });
  watchHandshakes(server, options);
  destroyHandshakesOnClose(server);
  const start = sessionStarter(server, limits, options);
  server.on("secureConnection", (socket: tls.TLSSocket) => {
    if (socket.alpnProtocol === "h2") start(socket);
    else socket.destroy();
  });
  return withTimeout(server);
}

function serverLimits({ limits, settings }: ServerOptions): Limits {
  const maxConcurrentStreams = settings?.maxConcurrentStreams;
  return resolveLimits({
    ...limits,
    ...(maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams }),
  });
}

/** Guards the server, and starts a session on each socket that it is given. */
function sessionStarter(server: net.Server, limits: Limits, options: ServerOptions) {
  const { onLimit, admission = new Admission(limits, onLimit) } = options;
  const { watch = new SessionWatch(limits) } = options;
  admission.guard(server);
  closeAfterSessions(server);
  return (socket: net.Socket): void => {
    server.emit("session", new Http2Session(socket, server, limits, onLimit, watch));
  };
}

/** grpc-js turns off the time limit of idle connections, which is never on here. */
function withTimeout<S extends net.Server>(server: S): S {
  return Object.assign(server, { setTimeout: () => server });
}
