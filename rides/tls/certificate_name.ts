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

/** The name by which it is compared. */
export function inOneCase(name: string): string {
  return name.startsWith("DNS=") ? `DNS=${name.slice("DNS=".length).toLowerCase()}` : name;
}
