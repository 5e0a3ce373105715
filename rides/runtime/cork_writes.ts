import type { Socket } from "node:net";
import { setImmediate } from "node:timers";

/**
 * Symptom: an answered unary call costs three system calls, and serves 0.7 of what it could.
 *
 * Cause: Deno's `node:http2` writes every frame to the socket by itself.
 *
 * Workaround: the first write of a turn of the event loop corks the socket, and what was written until
 * the turn's end leaves together.
 */
export function corkWrites(socket: Socket): void {
  const write = socket.write;
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  socket.write = function (this: Socket, ...args: Parameters<typeof write>) {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(uncork);
    }
    return write.apply(this, args);
  } as typeof write;
}
