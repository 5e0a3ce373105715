import { once } from "node:events";
import { connect } from "node:tls";
import { type Address, formatAddress } from "../wire/address.ts";
import type { ClientTls } from "./options.ts";

/** What grpc-js and the TLS below it say, and what a person can do about it. */
const CAUSES: readonly (readonly [RegExp, (address: string) => string])[] = [
  [
    /ECONNREFUSED/,
    (at) => `nothing listens on ${at}; check that the server runs, and on that port`,
  ],
  [/Name resolution failed/, (at) => `there is no host of the name in ${at}; check the address`],
  [
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Deadline exceeded/,
    (at) => `no answer from ${at}; check the address, and that its port is open to this network`,
  ],
  [
    /unable to verify|self[- ]signed|UnknownIssuer|issuer certificate/i,
    (at) => `the certificate of ${at} is not of a CA that is trusted here; give its CA with --ca`,
  ],
  [/expired/i, (at) => `the certificate of ${at} has expired; have the server renew it`],
  [
    /altnames|ALTNAME|not valid for/i,
    (at) => `the certificate of ${at} is for another name; use the name that it was made for`,
  ],
  [/InvalidContentType|wrong version number/, (at) => `${at} does not speak TLS; leave out --tls`],
  [
    /CertificateRequired|certificate required/i,
    (at) => `${at} asks for a client certificate; give one with --cert and --key`,
  ],
];

/**
 * Why a server could not be reached, in one line with what to check.
 *
 * @param details what grpc-js says
 */
export async function explainUnreachable(
  at: Address,
  tls: ClientTls | undefined,
  details: string,
): Promise<string> {
  const address = formatAddress(at);
  const cause = CAUSES.find(([pattern]) => pattern.test(details));
  if (cause) return cause[1](address);
  if (!tls && await speaksTls(at)) {
    return `${address} speaks TLS; connect with --tls, and --ca if its CA is a private one`;
  }
  if (tls?.identity) {
    return `${address} ended the connection; check that it trusts the CA of the client certificate`;
  }
  if (tls) {
    // The server's alert that says so is often lost: the connection ends before it is read.
    return `${address} ended the connection; if it asks for a client certificate, give one with ` +
      "--cert and --key";
  }
  return `${address} ended the connection; check that a gRPC server listens there (${details})`;
}

/** Whether a server answers a TLS greeting. Nothing is sent to it after that. */
async function speaksTls({ host, port }: Address): Promise<boolean> {
  const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
