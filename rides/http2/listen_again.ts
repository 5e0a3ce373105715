import type net from "node:net";

/** After how long a port that could not be bound is tried again. */
const AGAIN_MS = 100;

/**
 * Symptom: a server accepts nothing more, says nothing, and its clients wait for ever.
 *
 * Cause: when `accept` fails for want of descriptors, Deno 2.9.6 does not call it again. (Node closes a
 * descriptor that it keeps for this, and refuses the client with it.)
 *
 * Workaround: the server listens again on the same address. Connections that had been waiting are reset.
 */
export function listenAgain(server: net.Server & { _handle?: { close(): void } | null }): void {
  const address = server.address();
  if (!server.listening || address === null || typeof address === "string") return;
  server._handle?.close();
  server._handle = null;
  const { address: host, port } = address;
  const listen = () => {
    server.once("error", retry);
    server.listen({ host, port }, () => server.off("error", retry));
  };
  const retry = () => setTimeout(listen, AGAIN_MS);
  listen();
}
