import type net from "node:net";

type Socket = net.Socket & { _parent?: net.Socket };

/** A TLS socket that has failed no longer knows its peer; the one below it does, in Deno as in Node. */
function knowing(socket: Socket): net.Socket {
  return socket.remoteAddress ? socket : socket._parent ?? socket;
}

/** The address of a socket's other side; undefined if it was gone before it was heard. */
export function addressOf(socket: net.Socket): string | undefined {
  return knowing(socket).remoteAddress;
}

/**
 * The address and port of a socket's other side, as in "127.0.0.1:80" or "[::1]:80"; "unknown" if the peer is
 * gone already.
 */
export function peerOf(socket: net.Socket): string {
  const { remoteAddress, remotePort } = knowing(socket);
  if (remoteAddress === undefined) return "unknown";
  const address = plainAddress(remoteAddress);
  return `${address.includes(":") ? `[${address}]` : address}:${remotePort}`;
}

/** The address; for an IPv4-mapped IPv6 address, such as "::ffff:127.0.0.1", the IPv4 address. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
