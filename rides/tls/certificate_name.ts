/** How a name of a certificate is written: its kind, an equals sign and the name itself. */
const WRITTEN = /^(?:CN|DNS|URI)=\S(?:.*\S)?$/;

/**
 * Reads the name of a certificate, as in `CN=alice`, `DNS=van-7.example.org` or
 * `URI=spiffe://example.org/van-7`. The case of a DNS name does not matter.
 *
 * @throws {TypeError} if it is none
 */
export function parseCertificateName(text: string): string {
  if (WRITTEN.test(text)) return inOneCase(text);
  throw new TypeError(
    "the credential has to be a name in a certificate: CN=NAME, DNS=NAME or URI=NAME",
  );
}

/** The name in the form in which it is compared. */
export function inOneCase(name: string): string {
  return name.startsWith("DNS=") ? `DNS=${name.slice("DNS=".length).toLowerCase()}` : name;
}
