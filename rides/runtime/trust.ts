/** Whether a certificate is of a CA, as TLS itself would find out when a connection begins. */
import { X509Certificate } from "node:crypto";
import type { SecureContextOptions, TLSSocket } from "node:tls";

/** More than any chain has between a client and its CA. */
const LONGEST_CHAIN = 10;

/**
 * What the client of a socket presented: its own certificate first, then those that lead to its CA; nothing if
 * it has none, or is gone. Deno 2.9.6 gives no more than the first two of them by `getPeerX509Certificate`.
 */
export function certificatesOf(socket: TLSSocket): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  let next = socket.getPeerCertificate(true) as ReturnType<typeof socket.getPeerCertificate> | null;
  while (next?.raw && certificates.length < LONGEST_CHAIN) {
    certificates.push(new X509Certificate(next.raw));
    const { issuerCertificate } = next as { issuerCertificate?: typeof next };
    next = issuerCertificate && issuerCertificate !== next ? issuerCertificate : null;
  }
  return certificates;
}

/**
 * Whether one of `trusted` is the first of the certificates or one that it leads to, in whatever order they
 * are, or has issued it, and all between are good today.
 */
export function isTrusted(
  [first, ...others]: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): boolean {
  let reached = first ? [first] : [];
  while (reached.length > 0) {
    const good = reached.filter(isGoodToday);
    const isOfTrusted = (one: X509Certificate) =>
      trusted.some((it) => isSame(one, it) || isIssuedBy(one, it));
    if (good.some(isOfTrusted)) return true;
    reached = others.filter((other) => good.some((one) => isIssuedBy(one, other)));
    others = others.filter((other) => !reached.includes(other));
  }
  return false;
}

function isSame(certificate: X509Certificate, other: X509Certificate): boolean {
  return certificate.raw.equals(other.raw);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  if (!certificate.checkIssued(issuer)) return false;
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // Deno knows not every kind of key here, as that of P-521.
    return false;
  }
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
