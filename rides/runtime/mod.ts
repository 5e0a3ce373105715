/**
 * Puts what grpc-js stands on in order: the HTTP/2 engine in place of `node:http2`'s servers where it is
 * chosen, and `node:http2` without its faults elsewhere. Import this before grpc-js makes its first
 * server or channel; importing it again changes nothing.
 *
 * grpc-js calls `createServer`, `createSecureServer` and `connect` as properties of the module's exports
 * at call time, so replacing them there reaches it.
 */
import http2 from "node:http2";
import type { Socket } from "node:net";
import * as engine from "../http2/mod.ts";
import { corkWrites } from "./cork_writes.ts";
import { deferClose } from "./defer_close.ts";
import { delayEarlyGoaway } from "./early_goaway.ts";
import { bringDeadlineNear } from "./far_deadline.ts";
import { limitConnections, withLimits } from "./limit_connections.ts";
import { ignoreLateAnswers } from "./ignore_late_answers.ts";
import { addMissingConstants } from "./missing_constants.ts";
import { pingAfterGoaway } from "./ping_after_goaway.ts";
import { releaseHandshake } from "./release_handshake.ts";
import { reusePort } from "./reuse_port.ts";
import { chosenTransport } from "./transport.ts";
import { verifyResumed } from "./verify_resumed.ts";

export {
  addressBlock,
  Admission,
  type Bounds,
  BufferGuard,
  DEFAULT_LIMITS,
  type LimitName,
  LIMITS,
  type Limits,
  resolveLimits,
  resolveNumbers,
} from "../http2/mod.ts";
export { onTransport, type Transport } from "./transport.ts";

const APPLIED = Symbol.for("rides.runtime.applied");

const exports = http2 as typeof http2 & { [APPLIED]?: true };

if (!exports[APPLIED]) {
  exports[APPLIED] = true;
  addMissingConstants();
  const { createServer, createSecureServer, connect } = http2;

  exports.createServer = ((options: http2.ServerOptions) => {
    const transport = chosenTransport();
    const isEngine = transport.kind === "engine";
    const server = isEngine
      ? engine.createServer({ ...options, ...transport })
      : createServer(withLimits(options, transport));
    if (!isEngine) {
      server.prependListener("connection", corkWrites);
      server.prependListener("session", deferClose);
      limitConnections(server, transport);
      ignoreLateAnswers(server);
    }
    server.prependListener("stream", bringDeadlineNear);
    if (transport.reusePort) reusePort(server);
    transport.onServer?.(server);
    return server;
  }) as typeof createServer;

  exports.createSecureServer = ((options: http2.SecureServerOptions) => {
    const transport = chosenTransport();
    const isEngine = transport.kind === "engine";
    const server = isEngine
      ? engine.createSecureServer({ ...options, ...transport })
      : createSecureServer(withLimits(options, transport));
    if (!isEngine) {
      server.prependListener("secureConnection", corkWrites);
      server.prependListener("session", deferClose);
      limitConnections(server, transport);
      ignoreLateAnswers(server);
    }
    server.prependListener("stream", bringDeadlineNear);
    server.prependListener("tlsClientError", releaseHandshake);
    verifyResumed(server, options);
    if (transport.reusePort) reusePort(server);
    transport.onServer?.(server);
    return server;
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
