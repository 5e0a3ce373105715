import type { Socket } from "node:net";
import { setImmediate } from "node:timers";

/**
 * Symptom: answering a unary call takes three system calls, at 0.7 of the possible rate.
 *
 * Cause: Deno's `node:http2` writes every frame to the socket by itself.
 *
 * Workaround: the first write in a turn of the event loop corks the socket, and everything written until the
 * end of the turn leaves together.
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
