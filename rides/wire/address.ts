import { isIPv4 } from "node:net";

/** A host and a port. */
export interface Address {
  /** A name, an IPv4 or an IPv6 address; without brackets. */
  readonly host: string;
  /** From 0 to 65,535. */
  readonly port: number;
}

/** The port of a server unless told otherwise. */
export const DEFAULT_PORT = 8888;

/**
 * Reads `host:port`, an IPv6 address in brackets.
 *
 * @throws {TypeError} if the text is anything else
 */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (port > 65_535) {
    throw new TypeError(`${JSON.stringify(text)} has no port from 0 to 65535`);
  }
  if (host === undefined) {
    throw new TypeError(
      `${
        JSON.stringify(text)
      } is not an address; write host:port, as in localhost:8888 or [::1]:8888`,
    );
  }
  return { host, port };
}

/** The address as {@linkcode parseAddress} reads it. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Whether what is sent to the host stays on this machine: 127.0.0.0/8, ::1, or localhost, which is always
 * this machine (RFC 6761, 6.3). Other names are unknown before they are looked up.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" ||
    isIPv4(name.replace(/^::ffff:/, "")) && /^(::ffff:)?127\./.test(name);
}
