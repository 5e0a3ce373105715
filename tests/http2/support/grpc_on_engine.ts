/**
 * Makes grpc-js servers of this process use the engine, and its clients survive a GOAWAY: Deno
 * 2.9.6 aborts when a client session closes while it reads one (denoland/deno issue 36788).
 */
import http2 from "node:http2";
import {
  createSecureServer,
  createServer,
  type SecureServerOptions,
  type ServerOptions,
} from "../../../rides/http2/mod.ts";

/** Replaces the exports that grpc-js calls, with these options added; returns the way back. */
export function putEngineUnderGrpc(options: ServerOptions = {}): Disposable {
  const original = {
    createServer: http2.createServer,
    createSecureServer: http2.createSecureServer,
    connect: http2.connect,
  };
  Object.assign(http2, {
    createServer: (given: ServerOptions) => createServer({ ...given, ...options }),
    createSecureServer: (given: SecureServerOptions) =>
      createSecureServer({ ...given, ...options }),
    connect: (...args: Parameters<typeof http2.connect>) =>
      deferClose(original.connect.apply(http2, args)),
  });
  return { [Symbol.dispose]: () => void Object.assign(http2, original) };
}

function deferClose(session: http2.ClientHttp2Session): http2.ClientHttp2Session {
  const close = session.close.bind(session);
  session.close = (callback) => {
    if (session.closed || session.destroyed) return;
    if (callback) session.once("close", callback);
    queueMicrotask(() => close());
  };
  return session;
}
