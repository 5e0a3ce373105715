import { createPrivateKey, X509Certificate } from "node:crypto";
import { fileProblem } from "../files/file_problem.ts";
import { readWhole } from "../files/read_whole.ts";
import type { PemPair } from "./pem_files.ts";
import { dayOf } from "./validity.ts";

/** A certificate or key file that cannot be used; the message says which, why and what to do. */
export class TlsFileError extends Error {
  override readonly name = "TlsFileError";
}

/**
 * Reads a certificate and its key.
 *
 * @throws {TlsFileError} if a file cannot be read, is not PEM, has expired, the two do not match, or the key is
 * of a kind that TLS cannot use
 */
export async function loadPair(certFile: string, keyFile: string): Promise<PemPair> {
  const [cert, key] = await both(loadCertificate(certFile), loadKey(keyFile));
  if (!isPair({ cert, key })) {
    throw new TlsFileError(
      `${keyFile} is not the key of ${certFile}; give the two that were made together`,
    );
  }
  const { asymmetricKeyType, asymmetricKeyDetails = {} } = createPrivateKey(key);
  const { namedCurve: kind = asymmetricKeyType ?? "", modulusLength = RSA_BITS } =
    asymmetricKeyDetails;
  if (!SIGNING_KEYS.has(kind)) {
    throw new TlsFileError(
      `${keyFile} is a key of ${kind}, which TLS cannot sign with here; make one of RSA, Ed25519, ` +
        "P-256, P-384 or P-521",
    );
  }
  if (modulusLength < RSA_BITS) {
    throw new TlsFileError(
      `${keyFile} is an RSA key of ${modulusLength} bits; TLS asks for ${RSA_BITS} or more: make another`,
    );
  }
  return { cert, key };
}

/** Waits for both; if both fail, the error names both. */
async function both(...loads: [Promise<string>, Promise<string>]): Promise<[string, string]> {
  const reasons = (await Promise.allSettled(loads))
    .flatMap((load) => load.status === "rejected" ? [load.reason] : []);
  if (reasons.length === loads.length && reasons.every((r) => r instanceof TlsFileError)) {
    throw new TlsFileError(reasons.map(({ message }) => message).join("; "));
  }
  return await Promise.all(loads);
}

async function loadKey(file: string): Promise<string> {
  const key = await read(file);
  if (parses(() => createPrivateKey(key))) return key;
  throw new TlsFileError(`${file} holds no private key without a passphrase; give one in PEM`);
}

/** The kinds and curves of keys that the runtime signs with; it takes others, and fails every handshake then. */
const SIGNING_KEYS: ReadonlySet<string> = new Set(
  ["rsa", "ed25519", "prime256v1", "secp384r1", "secp521r1"],
);

/** The shortest RSA key that TLS libraries take. */
const RSA_BITS = 2_048;

/**
 * Reads a certificate, perhaps followed by its chain.
 *
 * @throws {TlsFileError} if the file cannot be read, is not PEM throughout, or the first is not good today
 */
export async function loadCertificate(file: string): Promise<string> {
  const { pem, faults: [fault] } = await readCertificates(file);
  if (fault !== undefined) throw new TlsFileError(`${file} ${fault}`);
  return pem;
}

/**
 * Reads the certificates of one or more CAs. While one takes over from another, some may have expired.
 *
 * @throws {TlsFileError} if the file cannot be read, is not PEM throughout, or none of them is good today
 */
export async function loadAuthorities(file: string): Promise<string> {
  const { pem, faults } = await readCertificates(file);
  if (!faults.includes(undefined)) throw new TlsFileError(`${file} ${faults[0]}`);
  return pem;
}

/** The text of a file of certificates, and why each of them is not good today; undefined where it is. */
async function readCertificates(
  file: string,
): Promise<{ pem: string; faults: (string | undefined)[] }> {
  const pem = await read(file);
  // Text before the first is a comment; a certificate without an end is a half-written file.
  const [, ...chain] = ` ${pem}`.split(/(?=-----BEGIN CERTIFICATE-----)/);
  if (!chain.slice(0, 1).some(isCertificate)) {
    throw new TlsFileError(
      `${file} holds no certificate; give one in PEM (-----BEGIN CERTIFICATE-----)`,
    );
  }
  if (!chain.every(isCertificate)) {
    throw new TlsFileError(`${file} holds a broken certificate beside a good one; take it out`);
  }
  return { pem, faults: chain.map(faultToday) };
}

function faultToday(pem: string): string | undefined {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  if (validToDate.getTime() < Date.now()) {
    return `expired on ${dayOf(validToDate)}; give a certificate that is still good`;
  }
  if (validFromDate.getTime() > Date.now()) {
    return `is not good before ${
      dayOf(validFromDate)
    }; check the clock, or give another certificate`;
  }
  return undefined;
}

/** Whether the text is a certificate in PEM. */
export function isCertificate(pem: string): boolean {
  return parses(() => new X509Certificate(pem));
}

/** Whether the key belongs to the certificate; false too where one of them cannot be read. */
export function isPair({ cert, key }: PemPair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function read(file: string): Promise<string> {
  try {
    return (await readWhole(file)).text;
  } catch (error) {
    throw new TlsFileError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
