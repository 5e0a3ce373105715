/** Whether a certificate is of a CA, as TLS itself would find out when a connection begins. */
import { X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

/** More than any chain has between a client and its CA. */
const LONGEST_CHAIN = 10;

/**
 * Whether one of `trusted` is the certificate or one above it, or has issued it, and all between are good
 * today.
 */
export function isTrusted(leaf: X509Certificate, trusted: readonly X509Certificate[]): boolean {
  let certificate = leaf;
  for (let length = 0; length < LONGEST_CHAIN; length++) {
    if (!isGoodToday(certificate)) return false;
    if (trusted.some((it) => isSame(certificate, it) || isIssuedBy(certificate, it))) return true;
    const issuer = certificate.issuerCertificate;
    if (!issuer || !isIssuedBy(certificate, issuer)) return false;
    certificate = issuer;
  }
  return false;
}

function isSame(certificate: X509Certificate, other: X509Certificate): boolean {
  return certificate.raw.equals(other.raw);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isGoodToday({ validFromDate, validToDate }: X509Certificate): boolean {
  const now = Date.now();
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

/** All certificates of what TLS calls `ca`: PEM, one or several, in each of one or several texts. */
export function certificatesIn(ca: SecureContextOptions["ca"]): X509Certificate[] {
  return [ca ?? []].flat().join("\n")
    .match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
    ?.map((pem) => new X509Certificate(pem)) ?? [];
}
