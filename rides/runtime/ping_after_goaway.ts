import { Buffer } from "node:buffer";
import type { ClientHttp2Session } from "node:http2";

/**
 * Symptom: a stream that may finish while its server drains ends UNAVAILABLE, "Connection dropped", at the
 * client's next keepalive ping, 10 s after the call began at the latest.
 *
 * Cause: a session that has received GOAWAY is closing, with its streams still running; `node:http2` cancels
 * every ping on it at once (ERR_HTTP2_PING_CANCEL, in Deno 2.9.6 as in Node), and grpc-js 1.14.7 takes that
 * for a connection that is gone.
 *
 * Workaround: a ping on a closing session counts as answered. The server has set itself a time limit for the
 * remaining streams, so they show whether it is still there.
 */
export function pingAfterGoaway(session: ClientHttp2Session): void {
  session.ping = new Proxy(session.ping, {
    apply(ping, self, args: unknown[]) {
      const callback = args.at(-1);
      if (!session.closed || session.destroyed || typeof callback !== "function") {
        return Reflect.apply(ping, self, args);
      }
      queueMicrotask(() => callback(null, 0, PAYLOAD));
      return true;
    },
  });
}

const PAYLOAD = Buffer.alloc(8);
