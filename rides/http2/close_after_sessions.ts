import type net from "node:net";
import type { Http2Session } from "./node_session.ts";

/**
 * Delays a server's "close" until its sessions have ended. They end by turns, the last ones after their
 * sockets, and node:net waits only for those.
 */
export function closeAfterSessions(server: net.Server): void {
  let open = 0;
  let socketsAreClosed = false;
  server.on("session", (session: Http2Session) => {
    open++;
    session.on("close", onSessionClosed);
  });
  const onSessionClosed = () => {
    if (--open === 0 && socketsAreClosed) emit("close");
  };
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]) => {
    if (event !== "close" || open === 0) return emit(event, ...args);
    socketsAreClosed = true;
    return true;
  };
}
