import { ServerCredentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { ServerTls } from "./options.ts";

/** What a server presents in TLS, and how that is replaced while it runs. */
export interface PresentedCertificate {
  /** When the certificate ends. */
  readonly notAfter: Date;
  /** SHA-256 of the certificate, as `AB:CD:…`. */
  readonly fingerprint256: string;
  /**
   * Presents another certificate from the next handshake on, and trusts another client CA. Open connections
   * continue; earlier sessions are not resumed.
   *
   * @throws {TypeError} if certificate and key cannot be used together, or if it would turn mutual TLS on or
   * off, which takes a restart; the server then continues with what it has
   */
  replace(tls: ServerTls): void;
}

/** Credentials that all secure listeners of a server share. */
export class TlsCredentials extends ServerCredentials implements PresentedCertificate {
  readonly #isMutual: boolean;
  #certificate: X509Certificate;

  /** @throws {TypeError} if certificate and key cannot be used together */
  constructor(tls: ServerTls) {
    const certificate = certificateOf(tls);
    const options = createSsl(tls)._getConstructorOptions();
    super({ ...options, rejectUnauthorized: !tls.clientOptional }, contextOf(tls));
    this.#isMutual = tls.clientCa !== undefined;
    this.#certificate = certificate;
  }

  get notAfter(): Date {
    return this.#certificate.validToDate;
  }

  get fingerprint256(): string {
    return this.#certificate.fingerprint256;
  }

  replace(tls: ServerTls): void {
    if ((tls.clientCa !== undefined) !== this.#isMutual) {
      throw new TypeError("tls.clientCa: mutual TLS begins and ends with a restart only");
    }
    // Checked before the listeners get it: an invalid context would make them refuse everybody.
    const certificate = certificateOf(tls);
    this.updateSecureContextOptions(contextOf(tls));
    this.#certificate = certificate;
  }

  /** grpc-js asks whether an address that is bound already has the same credentials. */
  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/**
 * The server's own certificate. Checked here, since the runtime accepts a key of another certificate and then
 * fails every handshake.
 */
function certificateOf({ cert, key }: ServerTls): X509Certificate {
  const certificate = parsed("tls.cert", () => new X509Certificate(cert));
  const privateKey = parsed("tls.key", () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return certificate;
  throw new TypeError("tls.key: is not the key of tls.cert");
}

function parsed<Value>(name: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    throw new TypeError(`${name}: cannot be read as PEM`, { cause });
  }
}

function contextOf(tls: ServerTls): SecureContextOptions {
  const credentials = createSsl(tls);
  const { ciphers } = credentials._getConstructorOptions() ?? {};
  // With ciphers and version: those that a listener was made with are lost at the first replacement.
  return { ...credentials._getSecureContextOptions(), ciphers, minVersion: "TLSv1.2" };
}

function createSsl({ cert, key, clientCa }: ServerTls): ServerCredentials {
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  // Never null for the CA: grpc-js would use the file named by GRPC_DEFAULT_SSL_ROOTS_FILE_PATH, and Deno
  // would send all its certificates to every client, more than a handshake can hold.
  const ca = clientCa === undefined ? Buffer.alloc(0) : Buffer.from(clientCa);
  return ServerCredentials.createSsl(ca, [pair], clientCa !== undefined);
}
