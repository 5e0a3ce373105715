/** What a socket knows of its other side. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

type Socket = Peer & { readonly _parent?: Peer };

/** A TLS socket that has failed no longer knows its peer; the one below it does, in Deno as in Node. */
function knowing(socket: Socket): Peer {
  return socket.remoteAddress ? socket : socket._parent ?? socket;
}

/** The address of a socket's other side; undefined if it was gone before it was heard. */
export function addressOf(socket: Socket): string | undefined {
  return knowing(socket).remoteAddress;
}

/**
 * The address and port of a socket's other side, as in "127.0.0.1:80" or "[::1]:80"; "unknown" if the peer is
 * gone already.
 */
export function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = knowing(socket);
  if (remoteAddress === undefined) return "unknown";
  const address = plainAddress(remoteAddress);
  return `${address.includes(":") ? `[${address}]` : address}:${remotePort}`;
}

/** The address; for an IPv4-mapped IPv6 address, such as "::ffff:127.0.0.1", the IPv4 address. */
export function plainAddress(address: string): string {
  return address.includes(":") ? address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") : address;
}
