import type { Server, TlsOptions, TLSSocket } from "node:tls";
import { certificatesIn, certificatesOf, isTrusted } from "./trust.ts";

/**
 * Symptom: after the client CA has been replaced (`setSecureContext`), a client of the old one is still
 * served, for half a day, if it resumes an earlier session; and so is a client without a certificate that has
 * a session with another server of this process.
 *
 * Cause: Deno 2.9.6 protects tickets with one key for the whole process, whatever context they were given
 * under, takes no notice of `ticketKeys`, `sessionIdContext` or SSL_OP_NO_TICKET, and believes what a ticket
 * says of the client (https://github.com/denoland/deno/pull/34630 made the store, issue 33963 asks for keys
 * of one's own). Node makes new keys with each context.
 *
 * Workaround: if clients are asked for a certificate, that of a resumed session is verified against the CAs
 * that are trusted now, and the connection is ended if it fails, or is required and missing.
 */
export function verifyResumed(
  server: Server,
  { ca, requestCert, rejectUnauthorized = true }: TlsOptions,
): void {
  if (!requestCert) return;
  let trusted = certificatesIn(ca);
  const setSecureContext = server.setSecureContext.bind(server);
  server.setSecureContext = (context) => {
    setSecureContext(context);
    trusted = certificatesIn(context.ca);
  };
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    if (!socket.isSessionReused()) return;
    const presented = certificatesOf(socket);
    const isGood = presented.length > 0 ? isTrusted(presented, trusted) : !rejectUnauthorized;
    if (!isGood) socket.destroy();
  });
}
