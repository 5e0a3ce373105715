import type { Http2Session, ServerOptions } from "node:http2";
import type { Server } from "node:net";
import { DEFAULT_LIMITS } from "../http2/mod.ts";
import type { Transport } from "./transport.ts";

/** The options of a server of `node:http2`, with those limits on headers that it can keep. */
export function withHeaderLimits<Options extends ServerOptions>(
  options: Options,
  { limits }: Transport,
): Options {
  const { maxHeaderListBytes, maxHeaderPairs } = { ...DEFAULT_LIMITS, ...limits };
  return {
    ...options,
    settings: { ...options.settings, maxHeaderListSize: maxHeaderListBytes },
    maxHeaderListPairs: maxHeaderPairs,
  };
}

/** Has a server of `node:http2` keep those limits on connections that the engine keeps by itself. */
export function limitConnections(
  server: Server,
  { limits = {}, onLimit, admission }: Transport,
): void {
  admission?.guard(server);
  const { firstRequestTimeoutMs = DEFAULT_LIMITS.firstRequestTimeoutMs } = limits;
  if (firstRequestTimeoutMs === 0) return;
  server.on("session", (session: Http2Session) => {
    const timer = setTimeout(() => {
      const { remoteAddress, remotePort } = session.socket;
      const reason = `No request came in ${firstRequestTimeoutMs} ms`;
      onLimit?.("firstRequestTimeoutMs", reason, `${remoteAddress}:${remotePort}`);
      session.close();
    }, firstRequestTimeoutMs);
    const stop = () => clearTimeout(timer);
    session.once("stream", stop);
    session.once("close", stop);
  });
}
