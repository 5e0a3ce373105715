import type { Http2Session, ServerOptions } from "node:http2";
import type { Server } from "node:net";
import { LONGEST_TIMER_MS, peerOf, resolveLimits, watchHandshakes } from "../http2/mod.ts";
import type { Transport } from "./transport.ts";

/** The options of a server of `node:http2`, with those limits that it can enforce by itself. */
export function withLimits<Options extends ServerOptions>(
  options: Options,
  { limits }: Transport,
): Options {
  const { maxHeaderListBytes, maxHeaderPairs, tlsHandshakeTimeoutMs } = resolveLimits(limits);
  return {
    ...options,
    // Zero would be taken for the default of 120 seconds.
    handshakeTimeout: tlsHandshakeTimeoutMs || LONGEST_TIMER_MS,
    settings: { ...options.settings, maxHeaderListSize: maxHeaderListBytes },
    maxHeaderListPairs: maxHeaderPairs,
  };
}

/** Has a server of `node:http2` enforce those limits on connections that it does not know. */
export function limitConnections(server: Server, transport: Transport): void {
  const { limits, onLimit, admission } = transport;
  admission?.guard(server);
  watchHandshakes(server, transport);
  const { firstRequestTimeoutMs } = resolveLimits(limits);
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
