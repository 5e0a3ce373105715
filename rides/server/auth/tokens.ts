import { createHash, randomBytes } from "node:crypto";

/** What every token begins with, so that scanners for lost secrets and people can tell what it is. */
const PREFIX = "rides_";

/** Makes a token of 256 random bits. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(32).toString("base64url")}`;
}

/** The SHA-256 of a token, in 64 hexadecimal digits: what a file of tokens has in its place. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * Reads the digest of a token.
 *
 * @throws {TypeError} if it is none, as when the token itself stands there
 */
export function parseDigest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new TypeError(
    "the credential has to be the SHA-256 of a token in 64 hexadecimal digits; " +
      "`rides token new` prints the line",
  );
}
