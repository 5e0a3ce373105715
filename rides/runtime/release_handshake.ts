import type { TLSSocket } from "node:tls";

/**
 * Symptom: a connection to a TLS port that ends before its handshake does, such as a port check of a load
 * balancer, costs some 20 KB for as long as a handshake may take.
 *
 * Cause: Deno 2.9.6 lets the timer of the handshake run on, and its callback holds the socket.
 *
 * Workaround: the timer, which the socket keeps under a private symbol so that nobody else can clear it, gets
 * another callback. If there is no such timer, nothing happens.
 */
export function releaseHandshake(_error: Error, socket: TLSSocket): void {
  const key = Object.getOwnPropertySymbols(socket)
    .find(({ description }) => description === "handshake-timer");
  const timer = key && (socket as unknown as Record<symbol, { _onTimeout?: unknown } | null>)[key];
  if (timer?._onTimeout) timer._onTimeout = nothing;
}

/** Not a closure of the function above, which would hold the socket, too. */
function nothing(): void {}
