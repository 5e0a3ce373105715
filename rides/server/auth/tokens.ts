import { createHash, randomBytes } from "node:crypto";

/** What every token begins with, so that people, and scanners for leaked secrets, recognize it. */
const PREFIX = "rides_";

/** Makes a token of 256 random bits. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(32).toString("base64url")}`;
}

/** The SHA-256 of a token, in 64 hexadecimal digits, which is what a file of tokens contains. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * Reads the digest of a token.
 *
 * @throws {TypeError} if it is not one, for instance the token itself
 */
export function parseDigest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new TypeError(
    "the credential has to be the SHA-256 of a token in 64 hexadecimal digits; " +
      "`rides token new` prints the line",
  );
}
