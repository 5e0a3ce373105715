import type { Http2Session, ServerOptions } from "node:http2";
import type { Server } from "node:net";
import type { TLSSocket } from "node:tls";
import { DEFAULT_LIMITS, peerOf } from "../http2/mod.ts";
import type { Transport } from "./transport.ts";

/** The longest that a timer waits: zero is taken for the default of 120 seconds. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** The options of a server of `node:http2`, with those limits that it can keep by itself. */
export function withLimits<Options extends ServerOptions>(
  options: Options,
  { limits }: Transport,
): Options {
  const { maxHeaderListBytes, maxHeaderPairs, tlsHandshakeTimeoutMs } = {
    ...DEFAULT_LIMITS,
    ...limits,
  };
  return {
    ...options,
    handshakeTimeout: tlsHandshakeTimeoutMs || NO_TIMEOUT_MS,
    settings: { ...options.settings, maxHeaderListSize: maxHeaderListBytes },
    maxHeaderListPairs: maxHeaderPairs,
  };
}

/** Has a server of `node:http2` keep those limits on connections that it knows nothing of. */
export function limitConnections(
  server: Server,
  { limits = {}, onLimit, admission }: Transport,
): void {
  admission?.guard(server);
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    if (/handshake timeout/i.test(error.message)) {
      onLimit?.("tlsHandshakeTimeoutMs", error.message, peerOf(socket));
    }
    socket.destroy(); // Deno leaves it open, where Node does not.
  });
  const { firstRequestTimeoutMs = DEFAULT_LIMITS.firstRequestTimeoutMs } = limits;
  if (firstRequestTimeoutMs === 0) return;
  server.on("session", (session: Http2Session) => {
    const timer = setTimeout(() => {
      const reason = `No request came in ${firstRequestTimeoutMs} ms`;
      onLimit?.("firstRequestTimeoutMs", reason, peerOf(session.socket));
      session.close();
    }, firstRequestTimeoutMs);
    const stop = () => clearTimeout(timer);
    session.once("stream", stop);
    session.once("close", stop);
  });
}
