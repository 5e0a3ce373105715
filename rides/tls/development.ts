import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Purpose } from "./authority.ts";
import { AUTHORITY_NAME } from "./authority_name.ts";
import { isCertificate, isPair, TlsFileError } from "./load.ts";
import {
  keyFileOf,
  lockFolder,
  type PemPair,
  readIfThere,
  readPair,
  writePair,
} from "./pem_files.ts";
import { dayOf, isNearEnd, validityOf } from "./validity.ts";

/** What a server with development certificates needs. */
export interface DevelopmentCertificates {
  /** The certificate that clients have to trust. */
  readonly caFile: string;
  /** SHA-256 of it, as `AB:CD:…`. */
  readonly caFingerprint: string;
  /**
   * Why the CA is a new one, in place of one that clients may trust and have certificates of, as in
   * `certs/ca-key.pem is missing`; undefined if it is the one before, or the first.
   */
  readonly caReplaced?: string;
  /** The server's own certificate, and its key. */
  readonly server: PemPair;
}

/** Loaded only to make a certificate: its library takes a quarter of the startup time. */
const authority = () => import("./authority.ts");

/** The issuer of certificates that may be replaced: nobody else's are touched. */
const OWN_ISSUER = new RegExp(`^CN=${AUTHORITY_NAME} `);

/**
 * Makes a CA and a server certificate in `folder`, or takes those that are there. A certificate near its end,
 * for other hosts or of another CA is made anew; so is the CA, if it is near its end or half of it is lost.
 * Two processes at once wait for each other and end up with the same files.
 *
 * @param hosts the names and addresses that clients reach the server under
 * @param renews whether the server's certificate is renewed in any case; the CA, which clients trust, is not
 * @throws {TlsFileError} if the folder holds somebody else's certificate, or a folder, where one of ours
 * belongs, or somebody else's CA, whose key is not ECDSA on P-256
 * @throws {Deno.errors.PermissionDenied} and the like if the folder cannot be written
 */
export async function developmentCertificates(
  folder: string,
  hosts: readonly string[],
  renews = false,
): Promise<DevelopmentCertificates> {
  using _lock = await lockFolder(folder);
  const caFile = `${folder}/ca.pem`;
  const { ca, caReplaced } = await readOrMakeCa(caFile);
  const certFile = `${folder}/server.pem`;
  const server = await keepOrMake(
    certFile,
    await readPair(certFile),
    (pair) => !renews && isCurrent(pair) && isFor(pair, ca, hosts),
    () => issueFrom(ca, caFile, { kind: "server", hosts }),
  );
  const caFingerprint = new X509Certificate(ca.cert).fingerprint256;
  return { caFile, caFingerprint, caReplaced, server };
}

/**
 * Makes a certificate in `folder` for the client `name`, signed by the CA there.
 *
 * @param name up to 64 letters, digits, dots, dashes and underscores; see {@linkcode isClientName}
 * @returns the files of the certificate and of its key; `caReplaced` as of
 * {@linkcode DevelopmentCertificates}
 * @throws {TypeError} if the name is none
 * @throws as {@linkcode developmentCertificates}
 */
export async function clientCertificate(
  folder: string,
  name: string,
): Promise<{ certFile: string; keyFile: string; caReplaced?: string }> {
  if (!isClientName(name)) throw new TypeError(`${JSON.stringify(name)} is no name for a client`);
  using _lock = await lockFolder(folder);
  const caFile = `${folder}/ca.pem`;
  const { ca, caReplaced } = await readOrMakeCa(caFile);
  const certFile = `${folder}/${name}.pem`;
  refuseForeign(certFile, await readIfThere(certFile));
  await writePair(await issueFrom(ca, caFile, { kind: "client", name }), certFile);
  return { certFile, keyFile: keyFileOf(certFile), caReplaced };
}

async function readOrMakeCa(caFile: string): Promise<{ ca: PemPair; caReplaced?: string }> {
  const found = await readPair(caFile);
  const make = async () => (await authority()).makeAuthority();
  const ca = await keepOrMake(caFile, found, isCurrent, make);
  return { ca, caReplaced: lossOf(caFile, found) };
}

/** Why the CA cannot be used any longer; undefined if it can, or if there is none. */
function lossOf(caFile: string, { cert, key }: Partial<PemPair>): string | undefined {
  const keyFile = keyFileOf(caFile);
  if (cert === undefined) return key === undefined ? undefined : `${caFile} is missing`;
  if (!isCertificate(cert)) return `${caFile} is damaged`;
  if (key === undefined) return `${keyFile} is missing`;
  if (!isPair({ cert, key })) return `${keyFile} holds no key of the one before`;
  return isNearEnd(cert) ? `the one before ends on ${dayOf(validityOf(cert).notAfter)}` : undefined;
}

/** @throws {TlsFileError} if the CA, which may be somebody else's, has a key that we cannot sign with */
async function issueFrom(ca: PemPair, caFile: string, purpose: Purpose): Promise<PemPair> {
  const { canSign, issue } = await authority();
  if (canSign(ca.key)) return await issue(ca, purpose);
  throw new TlsFileError(
    `${
      keyFileOf(caFile)
    } is no ECDSA key on P-256, the only kind that rides signs with; move it and ` +
      `${caFile} away, or choose another folder with --certs-dir`,
  );
}

/** The pair that was found, if it is whole and good; otherwise a new one in its place. */
async function keepOrMake(
  certFile: string,
  { cert, key }: Partial<PemPair>,
  isGood: (pair: PemPair) => boolean,
  make: () => Promise<PemPair>,
): Promise<PemPair> {
  if (cert !== undefined && key !== undefined && isGood({ cert, key })) {
    await Deno.chmod(keyFileOf(certFile), 0o600);
    return { cert, key };
  }
  refuseForeign(certFile, cert);
  const made = await make();
  await writePair(made, certFile);
  return made;
}

/**
 * Whether a client may have the name: its files must not collide with those of the CA, the server or a key.
 */
export function isClientName(name: string): boolean {
  return /^[a-z0-9][\w.-]{0,63}$/i.test(name) && !/^(?:ca|server)$|-key$/i.test(name);
}

/** A certificate that we did not make is not ours to replace; a file without one is merely damaged. */
function refuseForeign(certFile: string, cert: string | undefined): void {
  if (
    cert === undefined || !isCertificate(cert) || OWN_ISSUER.test(new X509Certificate(cert).issuer)
  ) return;
  throw new TlsFileError(
    `${certFile} is no development certificate of rides; move it away, or choose another folder ` +
      "with --certs-dir",
  );
}

/** Whether the files hold a certificate and its key, and are good for a while. */
function isCurrent(pair: PemPair): boolean {
  return isPair(pair) && !isNearEnd(pair.cert);
}

function isFor(pair: PemPair, ca: PemPair, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(pair.cert);
  const holds = (host: string) =>
    isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  return certificate.verify(new X509Certificate(ca.cert).publicKey) && hosts.every(holds);
}
