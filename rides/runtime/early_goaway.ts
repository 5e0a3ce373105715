import type { ClientHttp2Session } from "node:http2";
import { setImmediate } from "node:timers";

/**
 * Symptom: a process whose client connects to a server that is just draining uses a whole core for ever, does
 * nothing else, and grows until it runs out of memory.
 *
 * Cause: grpc-js 1.14.7 takes a connection for ready at the server's SETTINGS, and listens for its end only
 * a few microtasks later. A GOAWAY that was read together with the SETTINGS comes in between, so nobody
 * hears of it: the subchannel stays READY for good, and each call on it "was not started" and begins anew
 * at once, in a microtask (`transport.js`, `createCall` and `reportDisconnectToOwner`; `retrying-call.js`,
 * NOT_STARTED).
 *
 * Workaround: the event of such a GOAWAY waits for the turn of the SETTINGS to end.
 */
export function delayEarlyGoaway(session: ClientHttp2Session): void {
  const emit = session.emit.bind(session) as (event: string, ...args: unknown[]) => boolean;
  let isEarly = true;
  session.once("remoteSettings", () => setImmediate(() => isEarly = false));
  session.emit = (event: string, ...args: unknown[]) => {
    if (event !== "goaway" || !isEarly) return emit(event, ...args);
    setImmediate(() => emit(event, ...args));
    return true;
  };
}
