import { createSecureContext } from "node:tls";
import { UsageError } from "./failure.ts";

/** The variable from which grpc-js takes the ciphers of TLS 1.2, of servers and of clients. */
const VARIABLE = "GRPC_SSL_CIPHER_SUITES";

/**
 * @throws {UsageError} if the variable names no known cipher: the error of TLS would not say whose fault that
 * is
 */
export function checkCipherSuites(): void {
  const ciphers = Deno.env.get(VARIABLE);
  if (ciphers === undefined) return;
  try {
    createSecureContext({ ciphers });
  } catch {
    const given = `${VARIABLE}=${JSON.stringify(ciphers)}`;
    throw new UsageError(
      `${given}: there is no such cipher; unset it, or name some as OpenSSL does, such as ` +
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
    );
  }
}
