import { setImmediate } from "node:timers";

/** How long a turn of the event loop may go on reading: a tenth of what a person notices. */
const TURN_MS = 10;

let startedMs: number | undefined;

/**
 * Whether this turn of the event loop has read for so long that the others are due. Deno goes on reading
 * a socket for as long as there are bytes, without a turn for other sockets and timers: a connection
 * that keeps the server busy would keep it to itself, for seconds.
 */
export function turnIsOver(): boolean {
  const nowMs = performance.now();
  if (startedMs === undefined) {
    startedMs = nowMs;
    setImmediate(() => startedMs = undefined);
  }
  return nowMs - startedMs > TURN_MS;
}
