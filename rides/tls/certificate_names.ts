import "reflect-metadata"; // @peculiar/x509 needs it before itself.
import { SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";
import { inOneCase } from "./certificate_name.ts";

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
    // Of several it is unclear which one is meant.
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
