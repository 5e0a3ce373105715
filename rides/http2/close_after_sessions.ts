import type net from "node:net";
import type { Http2Session } from "./node_session.ts";

/**
 * Has a server emit "close" when its sessions have ended too. They end by turns, so that the last ones do so
 * after their sockets, for which alone node:net waits.
 */
export function closeAfterSessions(server: net.Server): void {
  let open = 0;
  let socketsAreClosed = false;
  server.on("session", (session: Http2Session) => {
    open++;
    session.once("close", () => {
      if (--open === 0 && socketsAreClosed) emit("close");
    });
  });
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]) => {
    if (event !== "close" || open === 0) return emit(event, ...args);
    socketsAreClosed = true;
    return true;
  };
}
