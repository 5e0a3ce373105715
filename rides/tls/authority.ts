import "reflect-metadata"; // @peculiar/x509 needs it before itself.
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { isIP } from "node:net";
import { AUTHORITY_NAME } from "./authority_name.ts";
import type { PemPair } from "./pem_files.ts";

const KEYS = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

const DAY_MS = 24 * 60 * 60 * 1000;
const CA_DAYS = 3_650;
/** Short enough for every client: some refuse more than 398 days. */
const LEAF_DAYS = 365;

/** What a certificate is for. */
export type Purpose =
  /** To be a server under each of these host names and addresses. */
  | { readonly kind: "server"; readonly hosts: readonly string[] }
  /** To be the client of that name. */
  | { readonly kind: "client"; readonly name: string };

/** Makes a development CA with a new key, whose time begins at `now`. */
export async function makeAuthority(now = Date.now()): Promise<PemPair> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(now, CA_DAYS),
    // A new name for each, so that a client with an old CA does not mistake the new one for it.
    name: `CN=${AUTHORITY_NAME} ${crypto.randomUUID().slice(0, 8)}`,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return toPem(certificate, keys.privateKey);
}

/** Makes a certificate for `purpose`, with a new key, signed by `authority`; its time begins at `now`. */
export async function issue(
  authority: PemPair,
  purpose: Purpose,
  now = Date.now(),
): Promise<PemPair> {
  const issuer = new X509Certificate(authority.cert);
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    ...validity(now, LEAF_DAYS),
    subject: [{ CN: [purpose.kind === "server" ? "rides server" : purpose.name] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
      ...extensionsFor(purpose),
    ],
  });
  return toPem(certificate, keys.privateKey);
}

/** Whether {@linkcode issue} can sign with the key, which may be that of a CA of somebody else's. */
export function canSign(key: string): boolean {
  return createPrivateKey(key).asymmetricKeyDetails?.namedCurve === "prime256v1";
}

function extensionsFor(purpose: Purpose): Extension[] {
  if (purpose.kind === "client") {
    return [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
  }
  const names = purpose.hosts.map((value) => {
    const type: GeneralNameType = isIP(value) ? "ip" : "dns";
    return { type, value };
  });
  return [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
  ];
}

function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  // From a day ago: the clock of a client may be behind.
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEYS, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

function importKey(pem: string): Promise<CryptoKey> {
  // Also out of what openssl ecparam writes, which is not PKCS #8.
  const der = new Uint8Array(createPrivateKey(pem).export({ type: "pkcs8", format: "der" }));
  return crypto.subtle.importKey("pkcs8", der, KEYS, false, ["sign"]);
}

async function toPem(certificate: X509Certificate, key: CryptoKey): Promise<PemPair> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", key);
  return {
    cert: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(Buffer.from(pkcs8), "PRIVATE KEY")}\n`,
  };
}
