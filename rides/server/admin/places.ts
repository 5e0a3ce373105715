import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps the connections of a server few. If all `most` places are taken, the connection that has been silent
 * longest makes room. If the new one were refused instead, a client that opens many connections and says
 * nothing would keep everybody out.
 */
export function keepFew(server: Server, most: number): void {
  const waiting = new Set<Socket>();
  const answered = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    waiting.add(socket);
    socket.once("close", () => {
      waiting.delete(socket);
      answered.delete(socket);
    });
    if (waiting.size + answered.size <= most) return;
    // It is the new one itself if all others are being answered.
    const [oldest] = waiting;
    waiting.delete(oldest!);
    oldest!.destroy();
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.delete(socket);
    answered.add(socket);
    response.once("close", () => {
      if (answered.delete(socket) && !socket.destroyed) waiting.add(socket);
    });
  });
}
