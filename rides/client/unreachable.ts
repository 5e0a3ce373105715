import { once } from "node:events";
import { connect } from "node:tls";
import { type Address, formatAddress } from "../wire/address.ts";
import type { ClientTls } from "./options.ts";

const expired = (at: string) => `the certificate of ${at} has expired; have the server renew it`;

/** What Deno says of a certificate from an unknown CA, and of an expired one as well. */
const UNVERIFIED = /unable to verify|self[- ]signed|UnknownIssuer|issuer certificate/i;

/** What grpc-js and TLS below it say, and what a person can do about it. */
const CAUSES: readonly (readonly [RegExp, (address: string) => string])[] = [
  [
    /ECONNREFUSED/,
    (at) => `nothing listens on ${at}; check that the server runs, and on that port`,
  ],
  [/Name resolution failed/, (at) => `there is no host of the name in ${at}; check the address`],
  [
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Deadline exceeded/,
    (at) =>
      `no answer from ${at}; check the address, that its port is open to this network, and the timeout`,
  ],
  [
    UNVERIFIED,
    (at) => `the certificate of ${at} is not of a CA that is trusted here; give its CA with --ca`,
  ],
  [/expired/i, expired],
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

/** The variables that name a proxy, in the order in which grpc-js looks at them. */
const PROXIES = ["grpc_proxy", "https_proxy", "http_proxy"];

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
  const known = causeOf(details, address);
  if (known && !UNVERIFIED.test(details)) return known;
  const proxy = PROXIES.find((name) => Deno.env.get(name));
  // grpc-js does not pass on what a proxy answers.
  if (proxy && /Last error: undefined/.test(details)) {
    return `the proxy in ${proxy} does not lead to ${address}; check it, or except the server in no_proxy`;
  }
  const { speaksTls, refusal, hasExpired } = await greet(at);
  if (known) return hasExpired ? expired(address) : known;
  // grpc-js gives the reason only to the first client of a process.
  if (/ECONNREFUSED/.test(refusal)) return causeOf(refusal, address)!;
  if (!tls) {
    return speaksTls
      ? `${address} speaks TLS; connect with --tls, and --ca if its CA is a private one`
      : noGrpcServer(address, lastError(details));
  }
  if (tls.identity) {
    return `${address} ended the connection; check that it trusts the CA of the client certificate`;
  }
  return causeOf(refusal, address) ??
    `${address} ended the connection; if it asks for a client certificate, give one with ` +
      "--cert and --key";
}

/** What to say of a server that does not speak gRPC. */
export function noGrpcServer(address: string, sign: string): string {
  return `${address} does not answer as a gRPC server; check the address (${sign})`;
}

/** What failed, without the words that grpc-js puts around it. */
function lastError(details: string): string {
  return /Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*Z\))?\. Resolution note/.exec(details)
    ?.[1] ??
    details;
}

function causeOf(text: string, address: string): string | undefined {
  return CAUSES.find(([pattern]) => pattern.test(text))?.[1](address);
}

/**
 * Greets in TLS, without a certificate, to learn whether the server speaks it, whether its certificate
 * has expired, and what it objects to. The latter comes after the handshake (RFC 8446, 4.4.2.4), and
 * grpc-js may miss it.
 */
async function greet(
  { host, port }: Address,
): Promise<{ speaksTls: boolean; refusal: string; hasExpired: boolean }> {
  const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  let refusal = "";
  socket.on("error", (error) => refusal = error.message);
  const heard = (event: string, timeoutMs: number) =>
    once(socket, event, { signal: AbortSignal.timeout(timeoutMs) }).then(() => true, () => false);
  const speaksTls = await heard("secureConnect", 1_000);
  let hasExpired = false;
  if (speaksTls) {
    hasExpired = Date.parse(socket.getPeerCertificate().valid_to) < Date.now();
    socket.resume();
    await heard("close", 300);
  }
  socket.destroy();
  return { speaksTls, refusal, hasExpired };
}
