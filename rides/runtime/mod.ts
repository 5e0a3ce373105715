/**
 * Prepares the ground for grpc-js: the HTTP/2 engine in place of `node:http2`'s servers if it is chosen, and
 * `node:http2` with its faults worked around otherwise. Import this before grpc-js makes its first server or
 * channel; importing it again changes nothing.
 *
 * grpc-js calls `createServer`, `createSecureServer` and `connect` as properties of the module's exports at
 * call time, so replacing them there reaches it.
 */
import http2 from "node:http2";
import type { Server, Socket } from "node:net";
import * as engine from "../http2/mod.ts";
import { acceptInTurns } from "./accept_in_turns.ts";
import { corkWrites } from "./cork_writes.ts";
import { deferClose } from "./defer_close.ts";
import { delayEarlyGoaway } from "./early_goaway.ts";
import { leaveInTurns } from "./leave_in_turns.ts";
import { limitConnections, withLimits } from "./limit_connections.ts";
import { pingAfterGoaway } from "./ping_after_goaway.ts";
import { releaseHandshake } from "./release_handshake.ts";
import { releaseSockets } from "./release_sockets.ts";
import { reusePort } from "./reuse_port.ts";
import { chosenTransport, type Transport } from "./transport.ts";
import { verifyResumed } from "./verify_resumed.ts";

export {
  addressBlock,
  Admission,
  afterOthers,
  type Bounds,
  DEFAULT_LIMITS,
  type LimitName,
  LIMITS,
  type Limits,
  LONGEST_TIMER_MS,
  makeWayFor,
  peerOf,
  PlaceList,
  resolveLimits,
  resolveNumbers,
  SessionWatch,
  TURN_MS,
} from "../http2/mod.ts";
export { PiecewiseInflate } from "./piecewise_inflate.ts";
export { onTransport, type Transport } from "./transport.ts";

const APPLIED = Symbol.for("rides.runtime.applied");

const exports = http2 as typeof http2 & { [APPLIED]?: true };

if (!exports[APPLIED]) {
  exports[APPLIED] = true;
  const { createServer, createSecureServer, connect } = http2;

  exports.createServer = ((options: http2.ServerOptions) => {
    const transport = chosenTransport();
    const server = transport.kind === "engine"
      ? engine.createServer({ ...options, ...transport })
      : mended(createServer(withLimits(options, transport)), "connection", transport);
    leaveInTurns(server);
    return prepared(server, transport);
  }) as typeof createServer;

  exports.createSecureServer = ((options: http2.SecureServerOptions) => {
    const transport = chosenTransport();
    const server = transport.kind === "engine"
      ? engine.createSecureServer({ ...options, ...transport })
      : mended(createSecureServer(withLimits(options, transport)), "secureConnection", transport);
    server.prependListener("tlsClientError", releaseHandshake);
    verifyResumed(server, options);
    return prepared(server, transport);
  }) as typeof createSecureServer;

  exports.connect = ((authority, options, listener) => {
    const create = typeof options === "object" ? options.createConnection : undefined;
    const corked = create && {
      ...options as http2.ClientSessionOptions,
      createConnection: (...args: Parameters<typeof create>) => {
        const socket = create(...args);
        corkWrites(socket as Socket);
        return socket;
      },
    };
    const session = connect(authority, corked ?? options as http2.ClientSessionOptions, listener);
    deferClose(session);
    delayEarlyGoaway(session);
    pingAfterGoaway(session);
    return session;
  }) as typeof connect;
}

/** A server of `node:http2` with its faults worked around, and with those limits that it can enforce. */
function mended<S extends Server>(
  server: S,
  connected: "connection" | "secureConnection",
  transport: Transport,
): S {
  server.prependListener(connected, corkWrites);
  server.prependListener("session", deferClose);
  limitConnections(server, transport);
  return server;
}

/** A server of either kind, as grpc-js and whoever chose the transport need it. */
function prepared<S extends Server>(server: S, transport: Transport): S {
  acceptInTurns(server, transport.admission);
  releaseSockets(server);
  if (transport.reusePort) reusePort(server);
  transport.onServer?.(server);
  return server;
}
