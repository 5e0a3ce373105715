import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps the connections of a server few. Where all `most` places are taken, the connection that has waited
 * longest for a request, or for the rest of one, makes room: who opens many and says nothing keeps nobody
 * out, as would be if the new one were refused.
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
    // It is the new one itself where all others are being answered.
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
