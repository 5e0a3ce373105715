import "reflect-metadata"; // @peculiar/x509 needs it before itself.
import { SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";

/** How the names of a certificate are written: the kind, an equals sign and the name as it stands there. */
const WRITTEN = /^(?:CN|DNS|URI)=\S(?:.*\S)?$/;

/**
 * Reads the name of a certificate, as in `CN=alice`, `DNS=van-7.example.org` or
 * `URI=spiffe://example.org/van-7`. A DNS name is in any case.
 *
 * @throws {TypeError} if it is none
 */
export function parseCertificateName(text: string): string {
  if (WRITTEN.test(text)) return inOneCase(text);
  throw new TypeError(
    "the credential has to be a name in a certificate: CN=NAME, DNS=NAME or URI=NAME",
  );
}

/**
 * The names in a certificate, in the form of {@linkcode parseCertificateName}: URIs and DNS names, which
 * say what they are of (RFC 5280, 4.2.1.6), before the common name of the subject.
 *
 * Read from the certificate itself and not from the text that `node:tls` makes of it, in which a name
 * could look like several. None where it cannot be read.
 *
 * @param raw the certificate in DER
 */
export function certificateNames(raw: Uint8Array<ArrayBuffer>): string[] {
  try {
    const certificate = new X509Certificate(raw);
    const alternatives = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ??
      [];
    const ofKind = (kind: string, type: string) =>
      alternatives.filter((name) => name.type === type).map(({ value }) => `${kind}=${value}`);
    // Of several it is not said which one is meant.
    const common = certificate.subjectName.getField("CN");
    return [
      ...ofKind("URI", "url"),
      ...ofKind("DNS", "dns"),
      ...(common.length === 1 ? [`CN=${common[0]}`] : []),
    ].map(inOneCase);
  } catch {
    return [];
  }
}

function inOneCase(name: string): string {
  return name.startsWith("DNS=") ? `DNS=${name.slice("DNS=".length).toLowerCase()}` : name;
}
