import type { ClientOptions as GrpcClientOptions } from "@grpc/grpc-js";
import { isLoopback } from "../wire/address.ts";
import { isToken, toHeader } from "../wire/bearer.ts";
import type { ClientOptions, ClientTls } from "./options.ts";
import { sending } from "./sending.ts";

/** Whether a token to `host` could be read by everybody on the way. */
export function isExposed(host: string, tls: ClientTls | undefined): boolean {
  return !tls && !isLoopback(host);
}

/**
 * What a channel to `host` needs for the token of `options`, to send it with every call.
 *
 * @throws {TypeError} if it is not a valid token, or would travel in plaintext to another machine; the
 * message does not contain it
 */
export function tokenOptions(
  host: string,
  { token, tls, plaintextToken = false }: ClientOptions,
): GrpcClientOptions {
  if (token === undefined) return {};
  if (!isToken(token)) {
    throw new TypeError("token: it is none, of up to 8,192 letters, digits and - . _ ~ + / =");
  }
  if (isExposed(host, tls) && !plaintextToken) {
    throw new TypeError(
      `token: everybody on the way to ${host} could read it in plaintext; use TLS`,
    );
  }
  const authorization = toHeader(token);
  return {
    interceptors: [sending((metadata) => metadata.set("authorization", authorization))],
    // grpc-js would use the proxy in http_proxy even for this machine.
    ...(isLoopback(host) ? { "grpc.enable_http_proxy": 0 } : {}),
  };
}
