import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { issue, makeAuthority, type Purpose } from "./authority.ts";
import { isPair } from "./load.ts";
import { keyFileOf, lockFolder, type PemPair, readPair, writePair } from "./pem_files.ts";

/** What a server with development certificates needs. */
export interface DevelopmentCertificates {
  /** The certificate that clients have to trust. */
  readonly caFile: string;
  /** SHA-256 of it, as `AB:CD:…`. */
  readonly caFingerprint: string;
  /** The server's own certificate, and its key. */
  readonly server: PemPair;
}

/** A certificate with less than this left is made anew. */
const RENEWAL_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Makes a CA and a server certificate in `folder`, or takes those that are there. A certificate near
 * its end, for other hosts or of another CA is made anew. Two processes at once wait for each other and
 * end up with the same files.
 *
 * @param hosts the names and addresses that clients reach the server under
 * @throws {Deno.errors.PermissionDenied} and the like if the folder cannot be written
 */
export async function developmentCertificates(
  folder: string,
  hosts: readonly string[],
): Promise<DevelopmentCertificates> {
  using _lock = await lockFolder(folder);
  const caFile = `${folder}/ca.pem`;
  const ca = await readOrMake(caFile, isCurrent, makeAuthority);
  const server = await readOrMake(
    `${folder}/server.pem`,
    (pair) => isCurrent(pair) && isFor(pair, ca, hosts),
    () => issue(ca, { kind: "server", hosts }),
  );
  return { caFile, caFingerprint: new X509Certificate(ca.cert).fingerprint256, server };
}

/**
 * Makes a certificate in `folder` with which the client `name` proves who it is, under the CA there.
 *
 * @returns the files of the certificate and of its key
 */
export async function clientCertificate(
  folder: string,
  name: string,
): Promise<{ certFile: string; keyFile: string }> {
  using _lock = await lockFolder(folder);
  const ca = await readOrMake(`${folder}/ca.pem`, isCurrent, makeAuthority);
  const certFile = `${folder}/${name}.pem`;
  const purpose: Purpose = { kind: "client", name };
  await writePair(await issue(ca, purpose), certFile);
  return { certFile, keyFile: keyFileOf(certFile) };
}

async function readOrMake(
  certFile: string,
  isGood: (pair: PemPair) => boolean,
  make: () => Promise<PemPair>,
): Promise<PemPair> {
  const found = await readPair(certFile);
  if (found && isGood(found)) return found;
  const made = await make();
  await writePair(made, certFile);
  return made;
}

/** Whether the files hold a certificate and its key, and are good for a while. */
function isCurrent(pair: PemPair): boolean {
  return isPair(pair) &&
    new X509Certificate(pair.cert).validToDate.getTime() > Date.now() + RENEWAL_MS;
}

function isFor(pair: PemPair, ca: PemPair, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(pair.cert);
  const holds = (host: string) =>
    isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  return certificate.verify(new X509Certificate(ca.cert).publicKey) && hosts.every(holds);
}
