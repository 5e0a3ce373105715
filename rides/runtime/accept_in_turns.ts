import type { Server, Socket } from "node:net";
import { type Admission, FewAtATime, type Peer } from "../http2/mod.ts";

/** An accepted connection of which nothing has been read. */
interface Client {
  close(): void;
  /** Fills `peer`, unless the connection is gone; missing for a Unix socket, whose peers have no address. */
  getpeername?(peer: { address?: string; port?: number }): number;
}

/** What is used here of Deno's handle of a listening socket. */
interface Listener {
  readonly constructor: new (type: typeof SOCKET) => Client;
  /** Returns nonzero if no connection waits. */
  accept(client: Client): number;
  /** Deno calls it for each connection that waits; that of node:net accepts it. */
  onconnection(status: number): void;
}

/** What a server of node:net has in Deno besides what is public. */
type DenoServer = Server & {
  readonly _handle?: Listener | null;
  _connections: number;
  _createSocket(client: Client): Socket;
};

const SOCKET = 0;

/** What follows from as many, with their sockets and first frames, takes two milliseconds. */
const MOST_TOGETHER = 40;

const accepts = new FewAtATime(MOST_TOGETHER);

/**
 * Symptom: while many connect at once everybody else waits until the last of them is served.
 *
 * Cause: Deno 2.9.6 accepts what the kernel has, 128 at once, and node:net makes a socket of each, in the
 * same turn of the event loop (`poll_tcp_handle` in its `uv_compat/tcp.rs`).
 *
 * Workaround: connections for which this turn has no time wait, as bare handles, until the others have
 * had their turn. They cannot be left to the kernel: Deno would forget to ask for those that come after
 * them. Those for which there is no place never become sockets.
 */
export function acceptInTurns(plain: Server, admission: Admission | undefined): void {
  const server = plain as DenoServer;
  server.on("listening", () => {
    const listener = server._handle;
    // Another version of Deno may accept by itself, and is left to it.
    if (listener && "accept" in listener) takeInTurns(server, listener, admission);
  });
}

function takeInTurns(
  server: DenoServer,
  listener: Listener,
  admission: Admission | undefined,
): void {
  const acceptNow = listener.onconnection.bind(listener);
  listener.onconnection = (status) => {
    if (status !== 0) return acceptNow(status);
    const client = new listener.constructor(SOCKET);
    if (listener.accept(client) !== 0) return;
    const peer = whoIs(client);
    if (admission && !admission.letWait(server, peer)) return client.close();
    accepts.do(() => {
      const hasPlace = !admission || admission.letIn(server, peer);
      if (server._handle !== listener || !hasPlace) return client.close();
      const socket = server._createSocket(client);
      server._connections++;
      server.emit("connection", socket);
    });
  };
}

function whoIs(client: Client): Peer {
  const peer: { address?: string; port?: number } = {};
  client.getpeername?.(peer);
  return { remoteAddress: peer.address, remotePort: peer.port };
}
