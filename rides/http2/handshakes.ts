import type net from "node:net";
import type tls from "node:tls";
import type { LimitListener } from "./limits.ts";
import { peerOf } from "./peer.ts";

/** Listeners to failed TLS handshakes. */
export interface HandshakeListeners {
  /** Called for those that take too long. */
  readonly onLimit?: LimitListener;
  /** Called for each handshake that fails within its time, with the reason that TLS gives. */
  readonly onHandshakeFailure?: (reason: string, peer: string) => void;
}

/** Ends the connections that fail their TLS handshakes, which is no failure of this server. */
export function watchHandshakes(
  server: net.Server,
  { onLimit, onHandshakeFailure }: HandshakeListeners,
): void {
  server.on("tlsClientError", ({ message }: Error, socket: tls.TLSSocket) => {
    const peer = peerOf(socket);
    if (/handshake timeout/i.test(message)) onLimit?.("tlsHandshakeTimeoutMs", message, peer);
    else onHandshakeFailure?.(message, peer);
    socket.destroy(); // Deno leaves it open, where Node does not.
  });
}

/** `close` waits for every socket, but one that still shakes hands has no session to end it. */
export function destroyHandshakesOnClose(server: tls.Server): void {
  const shaking = new Map<string, net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    const peer = peerOf(socket);
    shaking.set(peer, socket);
    socket.once("close", () => shaking.delete(peer));
  });
  // This socket is another one, on top of that of "connection"; their peer is the same.
  server.on("secureConnection", (socket: tls.TLSSocket) => shaking.delete(peerOf(socket)));
  const close = server.close.bind(server);
  server.close = (callback) => {
    for (const socket of shaking.values()) socket.destroy();
    return close(callback);
  };
}
