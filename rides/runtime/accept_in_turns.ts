import type { Server, Socket } from "node:net";
import { type Admission, afterOthers, hasTime } from "../http2/mod.ts";

/** An accepted connection of which nothing has been read. */
interface Client {
  close(): void;
  /** Fills `peer`, unless the connection is gone. */
  getpeername(peer: { address?: string; port?: number }): number;
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

/** As many as the kernel keeps for node:net. When there are more, the oldest no longer waits. */
const MOST_WAITING = 512;

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
  const waiting: Client[] = [];
  listener.onconnection = (status) => {
    if (status !== 0) return acceptNow(status);
    const client = new listener.constructor(SOCKET);
    if (listener.accept(client) !== 0) return;
    if (waiting.length === 0 && hasTime()) serve(client);
    else if (waiting.push(client) > MOST_WAITING) serve(waiting.shift()!);
    else afterOthers(() => serve(waiting.shift()!));
  };

  const serve = (client: Client): void => {
    if (server._handle !== listener || !hasPlace(client)) return client.close();
    const socket = server._createSocket(client);
    server._connections++;
    server.emit("connection", socket);
  };
  const hasPlace = (client: Client): boolean => {
    const peer: Parameters<Client["getpeername"]>[0] = {};
    client.getpeername(peer);
    const { address: remoteAddress, port: remotePort } = peer;
    return !admission || admission.hasPlace(server, { remoteAddress, remotePort });
  };
}
