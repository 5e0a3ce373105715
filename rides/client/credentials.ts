import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { ClientTls } from "./options.ts";

/**
 * What a channel to `host` needs for `tls`.
 *
 * For an IP address there is no server name to indicate (RFC 6066, 3), and Deno refuses to connect with
 * one that is an address. So another name is sent, and the certificate is checked for the address.
 */
export function channelCredentials(
  host: string,
  tls: ClientTls | undefined,
): { credentials: ChannelCredentials; options: ChannelOptions } {
  if (!tls) return { credentials: credentials.createInsecure(), options: {} };
  const { ca, identity } = tls;
  const pem = (text: string | undefined) => text === undefined ? null : Buffer.from(text);
  const overIp = isIP(host) !== 0;
  return {
    credentials: credentials.createSsl(pem(ca), pem(identity?.key), pem(identity?.cert), {
      checkServerIdentity: (name, certificate) =>
        checkServerIdentity(overIp ? host : name, certificate),
    }),
    options: overIp ? { "grpc.ssl_target_name_override": "localhost" } : {},
  };
}
