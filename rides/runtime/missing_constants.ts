import http2 from "node:http2";

/**
 * Symptom: a request whose content type is not gRPC's is answered with 200 and nothing else, where
 * gRPC asks for 415 (grpc/grpc, PROTOCOL-HTTP2.md).
 *
 * Cause: Deno 2.9.6 lacks this constant of `node:http2`, and grpc-js answers with `:status: undefined`.
 *
 * Workaround: it is added.
 */
export function addMissingConstants(): void {
  const constants: Record<string, unknown> = http2.constants;
  constants["HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE"] ??= 415;
}
