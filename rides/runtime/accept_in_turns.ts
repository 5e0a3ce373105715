import type { Server, Socket } from "node:net";
import { type Admission, afterOthers, hasTime } from "../http2/mod.ts";

/** A connection that was accepted, and that nothing is read of. */
interface Client {
  close(): void;
  /** Fills `peer`, unless it is gone. */
  getpeername(peer: { address?: string; port?: number }): number;
}

/** The part of a listening handle of Deno's that is used here. */
interface Listener {
  readonly constructor: new (type: typeof SOCKET) => Client;
  /** Nonzero if nobody waits. */
  accept(client: Client): number;
  /** Called for each connection that waits; has node:net accept it. */
  onconnection(status: number): void;
}

/** What node:net's servers have in Deno beside their public side. */
type DenoServer = Server & {
  readonly _handle?: Listener | null;
  _connections: number;
  _createSocket(client: Client): Socket;
};

const SOCKET = 0;

/** As many as the kernel keeps for node:net; with more, each that comes has the first one served. */
const MOST_WAITING = 512;

/**
 * Symptom: while many connect at once everybody else waits until the last of them is served.
 *
 * Cause: Deno 2.9.6 accepts what the kernel has, 128 at once, and node:net makes a socket of each, in the
 * same turn of the event loop (`poll_tcp_handle` in its `uv_compat/tcp.rs`).
 *
 * Workaround: those for whom a turn has no time wait as bare handles until others had theirs. To leave
 * them unaccepted would not do: Deno then forgets to ask for those that come after them. Whoever
 * there is no place for never becomes a socket.
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
