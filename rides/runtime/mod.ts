/**
 * What Deno's `node:http2` does wrong, put right. Import this before grpc-js makes its first server or
 * channel; importing it again changes nothing.
 *
 * grpc-js calls `createServer`, `createSecureServer` and `connect` as properties of the module's
 * exports at call time, so replacing them there reaches it.
 */
import http2 from "node:http2";
import type { Socket } from "node:net";
import { corkWrites } from "./cork_writes.ts";
import { deferClose } from "./defer_close.ts";

const APPLIED = Symbol.for("rides.runtime.applied");

const exports = http2 as typeof http2 & { [APPLIED]?: true };

if (!exports[APPLIED]) {
  exports[APPLIED] = true;
  const { createServer, createSecureServer, connect } = http2;

  exports.createServer = ((...args: Parameters<typeof createServer>) => {
    const server = createServer(...args);
    server.prependListener("connection", corkWrites);
    server.prependListener("session", deferClose);
    return server;
  }) as typeof createServer;

  exports.createSecureServer = ((...args: Parameters<typeof createSecureServer>) => {
    const server = createSecureServer(...args);
    server.prependListener("secureConnection", corkWrites);
    server.prependListener("session", deferClose);
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
    return session;
  }) as typeof connect;
}
